// Looking after a database: sizes, copies, checks and repair.

internal import CRocksDBShim
package import MartletKeyValue

extension RocksDBStore {
    package var statistics: StoreStatistics {
        var result = StoreStatistics()
        guard (try? native.beginUse()) != nil else { return result }
        defer { try? native.endUse() }
        var native = mrdb_statistics()
        mrdb_get_statistics(self.native.pointer, &native)
        result.diskBytes = native.disk_bytes
        result.logBytes = native.log_bytes
        result.liveBytes = native.live_bytes
        result.memtableBytes = native.memtable_bytes
        result.blockCacheBytes = native.cache_bytes
        result.approximateRowCount = native.approximate_rows
        result.writeStallCount = native.stalls
        result.snapshotCount = native.snapshots
        result.pendingCompactionBytes = native.pending_compaction_bytes
        result.refusesWrites = native.refuses_writes
        return result
    }

    /// Writes rows held in memory to table files.
    package func flush() throws(StorageError) {
        try using { mrdb_flush($0) }
    }

    /// Rewrites the files that hold `range`: deleted rows give their space back. Takes as long as
    /// reading and writing what is there.
    package func compact(_ range: KeyRange = .all) throws(StorageError) {
        try using { pointer in range.withBounds { mrdb_compact(pointer, $0, $1, $2, $3, false) } }
    }

    /// Makes a data directory at `path`, which must be empty or absent, with the rows of this
    /// moment. Files are linked where the file system can, so it costs little time and space.
    package func copy(to path: String) throws(StorageError) {
        let copy = try DataDirectory(path: path)
        defer { copy.unlock() }
        guard copy.isNew else {
            throw .foreignDirectory(path: path, detail: "it is a data directory already")
        }
        try using { mrdb_checkpoint($0, copy.rowsPath) }
        try copy.syncEntries()
    }

    /// Reads everything on disk and compares checksums.
    ///
    /// - Throws: `corruption`, naming the first damaged file.
    package func verify() throws(StorageError) {
        try using { mrdb_verify($0) }
    }

    /// Counts every version of the rows in a range that there is, deleted and overwritten ones too, and
    /// their bytes. Values that are kept apart count as references. Reads the whole range.
    package func versions(in range: KeyRange) throws(StorageError) -> (count: Int, bytes: Int) {
        var (count, bytes): (UInt64, UInt64) = (0, 0)
        try using { pointer in
            range.withBounds { mrdb_count_versions(pointer, $0, $1, $2, $3, &count, &bytes) }
        }
        return (Int(count), Int(bytes))
    }

    /// Makes a damaged database openable again, keeping what can be read. Rows in what cannot be
    /// read are lost. Where tables or the list of them are damaged, deleted rows may come back: the
    /// last resort, after a backup. Where no more is wrong than that logs are gone, nothing else
    /// changes.
    ///
    /// - Returns: how many rows were taken out because their values, which are kept apart, are gone.
    package static func repairLosingDamagedRows(
        in directory: DataDirectory, options: RocksDBOptions = RocksDBOptions()
    ) throws(StorageError) -> Int {
        var native = options.native
        var lostValueCount: UInt64 = 0
        try check(mrdb_repair(directory.rowsPath, &native, &lostValueCount))
        return Int(lostValueCount)
    }
}
