internal import Glibc

/// A file that is written beside its place, and put there once it is whole: whoever opens the place
/// finds what was there before, or all of the new. One that goes away unfinished leaves nothing.
struct WholeFile: ~Copyable {
    private let path: String
    private var temporary: String { path + ".new" }
    private let file: UnsafeMutablePointer<FILE>
    private var isOpen = true
    /// Of the first write that failed.
    private var failureCode: Int32 = 0

    init(_ path: String) throws(VectorDatabaseError) {
        guard let file = fopen(path + ".new", "w") else { throw Self.failure(path, errno) }
        self.path = path
        self.file = file
    }

    /// - Returns: false once a write has failed; `finish` throws then.
    mutating func write(_ bytes: [UInt8]) -> Bool {
        let written = bytes.withUnsafeBytes {
            $0.isEmpty ? 0 : fwrite($0.baseAddress!, 1, $0.count, file)
        }
        if written != bytes.count, failureCode == 0 { failureCode = errno }
        return failureCode == 0
    }

    mutating func finish() throws(VectorDatabaseError) {
        func note(_ failed: Bool) {
            if failed, failureCode == 0 { failureCode = errno }
        }
        note(fflush(file) != 0 || fsync(fileno(file)) != 0)
        isOpen = false
        note(fclose(file) != 0)
        if failureCode == 0 { note(rename(temporary, path) != 0) }
        if failureCode != 0 {
            unlink(temporary)
            throw Self.failure(path, failureCode)
        }
    }

    deinit {
        guard isOpen else { return }
        fclose(file)
        unlink(path + ".new")
    }

    static func failure(_ path: String, _ code: Int32) -> VectorDatabaseError {
        .file(path: path, detail: String(cString: strerror(code)))
    }
}
