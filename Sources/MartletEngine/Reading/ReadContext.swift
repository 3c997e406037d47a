internal import MartletCatalog
internal import MartletEncoding
internal import MartletKeyValue

/// What a read, or the preparation of a write, sees: the store as it is and the catalogue.
package struct ReadContext: Sendable {
    let store: any KeyValueStore
    package let directory: TableDirectory
    let vectorIndexes: VectorIndexes
    package let options: EngineOptions
    /// The last group that was committed when this context was made.
    let committedGroup: Int

    /// Reads a stored item.
    func record(forKey key: [UInt8]) throws(OperationError) -> ItemRecord? {
        do throws(StorageError) {
            guard let bytes = try store.value(forKey: key) else { return nil }
            return try ItemRecord(stored: bytes)
        } catch {
            throw .storage(error)
        }
    }

    /// Reads several stored items as of one moment.
    func records(forKeys keys: [[UInt8]]) throws(OperationError) -> [ItemRecord?] {
        do throws(StorageError) {
            var records: [ItemRecord?] = []
            records.reserveCapacity(keys.count)
            for bytes in try store.values(forKeys: keys) {
                records.append(
                    try bytes.map { bytes throws(StorageError) in
                        try ItemRecord(stored: bytes)
                    })
            }
            return records
        } catch {
            throw .storage(error)
        }
    }

    /// Exact counts as of the last commit.
    func tally(_ id: UInt32) throws(OperationError) -> Tally {
        do throws(StorageError) {
            guard let bytes = try store.value(forKey: CatalogKey.tally(id)) else { return Tally() }
            do throws(CorruptRecord) {
                return try Tally(stored: bytes)
            } catch {
                throw StorageError(error, in: "tally")
            }
        } catch {
            throw .storage(error)
        }
    }
}

extension ItemRecord {
    /// Takes a row's value; damage is the store's error.
    init(stored bytes: [UInt8]) throws(StorageError) {
        do throws(CorruptRecord) {
            try self.init(verifying: bytes)
        } catch {
            throw StorageError(error, in: "item")
        }
    }
}
