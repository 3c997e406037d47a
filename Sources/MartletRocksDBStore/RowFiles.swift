// A file of the store whose absence RocksDB takes for a database that is new: without CURRENT it makes
// an empty one, and deletes what is there. The shim's ledger (shim_ledger.h) tells of it, too, where
// there is one: copies and directories of older programs have none.

internal import Glibc
internal import MartletKeyValue

enum RowFiles {
    /// For a folder that held a store before.
    ///
    /// - Throws: `corruption` when rows are in files that could not be found without CURRENT.
    static func checkCurrentIsThere(in folder: String) throws(StorageError) {
        // Nothing is there if making the database was cut short before it held anything.
        var hasRows = false
        for name in entryNames(in: folder) {
            if name == "CURRENT" { return }
            if name.hasSuffix(".sst") { hasRows = true }
            if name.hasSuffix(".log") {
                var status = stat()
                if stat(folder + "/" + name, &status) == 0, status.st_size > 0 { hasRows = true }
            }
        }
        if hasRows {
            throw .corruption(file: "CURRENT", offset: nil, detail: "it is missing")
        }
    }
}
