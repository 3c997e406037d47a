package import MartletCatalog
internal import MartletEncoding
internal import MartletKeyValue

/// Reads the items of a collection one after the other, in the order of the table and as of the
/// moment when it was made: for what takes them out, however many there are.
///
/// While one is left, the store keeps what it sees, and holds its folder even when it is closed.
///
/// Thread safety: from any thread, one call at a time.
package final class VectorRowReader {
    private let schema: CollectionSchema
    /// nil once it has come to the end, or has failed.
    private var cursor: (any KeyValueCursor)?

    fileprivate init(_ schema: CollectionSchema, _ cursor: any KeyValueCursor) {
        self.schema = schema
        self.cursor = cursor
    }

    /// - Returns: nil after the last.
    package func next() throws(OperationError) -> VectorRowContent? {
        do throws(StorageError) {
            while let (_, bytes) = try cursor?.next() {
                if let row = schema.row(of: try ItemRecord(stored: bytes)) { return row }
            }
        } catch {
            cursor = nil
            throw .storage(error)
        }
        cursor = nil
        return nil
    }
}

extension Engine {
    /// The items of a collection as they are now.
    package func vectorRows(in table: TableName) throws(OperationError) -> VectorRowReader {
        let schema = try directory.collection(table)
        do throws(StorageError) {
            let range = KeyRange.prefix(OrderedKey.tablePrefix(.item, schema.tableID))
            return VectorRowReader(schema, try store.cursor(over: range, .forward))
        } catch {
            throw .storage(error)
        }
    }
}
