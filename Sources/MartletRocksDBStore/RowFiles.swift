// Files of the store whose absence RocksDB takes for a database that is new: without CURRENT it
// makes an empty one beside what is there, and a log that is gone leaves no trace.

internal import Glibc
internal import MartletKeyValue

enum RowFiles {
    /// For a folder that held a store before.
    ///
    /// - Throws: `corruption` when rows are, or must have been, in files that cannot be found.
    static func checkNoneIsMissing(in folder: String) throws(StorageError) {
        // Nothing is there if making the database was cut short before it held anything.
        guard let stream = opendir(folder) else { return }
        defer { closedir(stream) }
        var hasCurrent = false
        var hasLog = false
        var hasRows = false
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name == "CURRENT" { hasCurrent = true }
            if name.hasSuffix(".sst") { hasRows = true }
            if name.hasSuffix(".log") {
                hasLog = true
                var status = stat()
                if stat(folder + "/" + name, &status) == 0, status.st_size > 0 { hasRows = true }
            }
        }
        if hasRows && !hasCurrent { throw missing(folder, "CURRENT") }
        // There is always one, empty after a close.
        if hasCurrent && !hasLog {
            throw missing(folder, "the log (a file whose name ends in .log)")
        }
    }

    private static func missing(_ folder: String, _ what: String) -> StorageError {
        .corruption(
            file: folder, offset: nil,
            detail: "\(what) is missing. Put it back, or restore the folder from a copy")
    }
}
