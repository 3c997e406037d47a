package import MartletCatalog
package import MartletEncoding
package import MartletModel

/// Changes the vector or the metadata of an item of a collection; all else of it stays as it is.
package struct UpdateVector: Sendable {
    package var table: TableName
    package var id: Text
    /// nil leaves the vector as it is.
    package var vector: RecordPart?
    /// nil leaves the metadata as it is.
    package var metadata: AttributeMap?
    /// Of metadata that are given: see `PutVectors.Row.metadataText`.
    package var metadataText: Text?

    package init(
        table: TableName, id: Text, vector: RecordPart?, metadata: AttributeMap?,
        metadataText: Text? = nil
    ) {
        self.table = table
        self.id = id
        self.vector = vector
        self.metadata = metadata
        self.metadataText = metadataText
    }
}

extension UpdateVector: WriteOperation {
    package func prepare(in context: ReadContext) throws(OperationError) -> PreparedKey {
        var prepared = try context.directory.collection(table).preparedKey(id)
        try context.look(at: &prepared)
        return prepared
    }

    /// - Returns: false when there is no such item.
    package func run(
        _ prepared: PreparedKey, in transaction: WriteTransaction
    ) throws(OperationError) -> Bool {
        let schema = try transaction.directory.collection(table)
        var key = prepared
        if !key.table.isCurrent(in: transaction) { key = schema.preparedKey(id) }
        let old = try transaction.oldItem(key)
        guard let record = old.record else { return false }
        var parts = RecordPart.parts(of: record) { name in
            (vector != nil && name == schema.index.attribute)
                || (metadata != nil && schema.isMetadata(name))
        }
        if let vector { parts.append(vector) }
        if let metadata { parts += schema.parts(of: metadata, text: metadataText) }
        let new = try PreparedItem(ItemRecord(joining: parts), key: key, in: schema)
        transaction.apply(ItemChange(key: key, old: old, new: new))
        return true
    }
}
