// From the shim's codes to our errors.

internal import CRocksDBShim
import MartletKeyValue

/// Throws what the thread's last error says, unless `code` means success.
@inline(__always)
func check(_ code: Int32) throws(StorageError) {
    if code != Int32(mrdb_ok.rawValue) { throw lastError() }
}

/// Whether a row was found.
@inline(__always)
func checkFound(_ code: Int32) throws(StorageError) -> Bool {
    if code == Int32(mrdb_ok.rawValue) { return true }
    if code == Int32(mrdb_none.rawValue) { return false }
    throw lastError()
}

@inline(never)
private func lastError() -> StorageError {
    var error = mrdb_error()
    mrdb_last_error(&error)
    let detail = withUnsafeBytes(of: &error.text) { text(in: $0) }
    let file = withUnsafeBytes(of: &error.file) { text(in: $0) }
    switch mrdb_code(rawValue: UInt32(error.code)) {
    case mrdb_corruption:
        return .corruption(
            file: file.isEmpty ? nil : file, offset: error.has_offset ? error.offset : nil,
            detail: detail)
    case mrdb_full: return .full
    case mrdb_read_only: return .readOnly(detail)
    case mrdb_locked: return .locked(path: file, holderProcessID: nil)
    case mrdb_permission: return .unwritableDirectory(path: file, detail: detail)
    default: return .inputOutput(detail)
    }
}

/// The characters before the first zero byte.
private func text(in bytes: UnsafeRawBufferPointer) -> String {
    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
}
