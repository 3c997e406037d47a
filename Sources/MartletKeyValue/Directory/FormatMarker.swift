// The marker, version 1: the file `martlet.format`. Integers little-endian.
//
//   offset  bytes  field
//   0       8      magic: "MARTLET" and a zero byte
//   8       4      format version of the whole directory, from 1
//   12      4      CRC-32C of bytes 0 ..< 12
//
// Invariants: 16 bytes, no more. Written once, to another name, synced, then renamed: it is whole
// or absent. A later format may lengthen the file, so a reader looks at the version before the
// length. Spec: docs/format/data-directory.md.

import Glibc

struct FormatMarker: Equatable {
    static let temporaryName = DataDirectory.markerName + ".new"
    static let byteCount = 16
    private static let magic = Array("MARTLET\0".utf8)

    var format: UInt32

    var bytes: [UInt8] {
        var bytes = Self.magic
        withUnsafeBytes(of: format.littleEndian) { bytes.append(contentsOf: $0) }
        withUnsafeBytes(of: crc32c(bytes[...]).littleEndian) { bytes.append(contentsOf: $0) }
        return bytes
    }

    /// - Throws: `unsupportedFormat` for a newer version, `corruption` for bytes that break the
    ///   rules above, `foreignDirectory` for a file that is no marker at all.
    init(_ bytes: [UInt8], path: String) throws(StorageError) {
        guard bytes.starts(with: Self.magic) else {
            throw .foreignDirectory(
                path: path, detail: "its \(DataDirectory.markerName) file is something else")
        }
        func damaged(_ detail: String) -> StorageError {
            .corruption(file: DataDirectory.markerName, offset: 0, detail: detail)
        }
        guard bytes.count >= Self.byteCount else { throw damaged("it is cut short") }
        let (format, checksum) = bytes.withUnsafeBytes {
            (
                UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: 8, as: UInt32.self)),
                UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: 12, as: UInt32.self))
            )
        }
        guard checksum == crc32c(bytes[..<12]) else { throw damaged("its checksum differs") }
        guard format <= DataDirectory.supportedFormat else {
            throw .unsupportedFormat(
                path: path, found: format, supported: DataDirectory.supportedFormat)
        }
        guard format > 0, bytes.count == Self.byteCount else {
            throw damaged("its version or length is wrong")
        }
        self.format = format
    }

    init(format: UInt32) {
        self.format = format
    }

    /// The marker of the folder at `path`; nil when it has none.
    static func read(in path: String) throws(StorageError) -> FormatMarker? {
        let descriptor = open(path + "/" + DataDirectory.markerName, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw storageError(errno, unwritable: path)
        }
        defer { close(descriptor) }
        // Room for one byte too many, so that a longer file shows.
        var bytes = [UInt8](repeating: 0, count: byteCount + 1)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw storageError(errno, unwritable: path) }
        return try FormatMarker(Array(bytes[..<count]), path: path)
    }

    /// Writes the marker to the folder at `path`, durably.
    func write(in path: String) throws(StorageError) {
        let temporary = path + "/" + Self.temporaryName
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw storageError(errno, unwritable: path) }
        let bytes = self.bytes
        let isWritten = Glibc.write(descriptor, bytes, bytes.count) == bytes.count
        let isSynced = isWritten && fsync(descriptor) == 0
        // A short write of 16 bytes has no cause but a full disk, and leaves errno as it was.
        let failure = isWritten ? errno : (errno == 0 ? ENOSPC : errno)
        close(descriptor)
        guard isSynced else { throw storageError(failure, unwritable: path) }
        guard rename(temporary, path + "/" + DataDirectory.markerName) == 0 else {
            throw storageError(errno, unwritable: path)
        }
        try syncFolder(at: path)
    }
}

/// CRC-32C, a bit at a time: for a dozen bytes at open.
func crc32c(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var crc = ~UInt32(0)
    for byte in bytes {
        crc ^= UInt32(byte)
        for _ in 0..<8 { crc = crc & 1 == 0 ? crc >> 1 : crc >> 1 ^ 0x82F6_3B78 }
    }
    return ~crc
}
