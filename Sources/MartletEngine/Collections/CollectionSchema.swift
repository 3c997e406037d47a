// How a table is a collection of vectors: items with a text as their key, a vector, and metadata.
// Tables that the embedded API makes keep metadata in one map, `metadata`, which their index knows
// (`VectorIndexDefinition.metadata`). Of other tables with a text key and a vector index, metadata
// is all that an item has beside key and vector.

package import MartletCatalog
package import MartletEncoding
package import MartletModel
package import MartletVectors

package struct CollectionSchema: Sendable {
    let table: Table
    package let index: VectorIndexDefinition
    let key: Text

    /// Of a table that can be used so: its key is one text, and it has a vector index that needs no
    /// HASH value. Of several indexes, the last that can be searched; else the last.
    package init?(_ table: Table) {
        let definition = table.definition
        guard definition.key.hash.count == 1, definition.key.range.isEmpty,
            definition.key.hash[0].type == .string
        else { return nil }
        let indexes = definition.vectorIndexes.filter { $0.hash == nil }
        let ready = indexes.last { $0.status == .active && !$0.isBackfilling }
        guard let index = ready ?? indexes.last else { return nil }
        self.table = table
        self.index = index
        key = definition.key.hash[0].name
    }

    /// The attribute of what an item is about, beside its metadata.
    private static let contents: Text = "contents"

    package var dimensions: Int { index.dimensions }
    /// Whether there are codes from the first vector on, and not only when there are many.
    package var isQuantized: Bool {
        index.parameters.codes != .none && index.codeUse == .always
    }
    package var tableName: TableName { table.definition.name }
    package var tableID: UInt32 { table.id }

    /// What a table is made with to be a collection.
    package static func request(
        _ name: TableName, dimensions: Int, distance: Metric, tuning: VectorTuning
    ) -> TableRequest {
        var tuning = tuning
        tuning.metadata = "metadata"
        return TableRequest(
            name: name, attributeDefinitions: [KeyAttribute(name: "id", type: .string)],
            keySchema: [KeySchemaElement(name: "id", role: .hash)],
            vectorIndexes: [
                VectorIndexRequest(
                    name: "vectors", attribute: "vector", dimensions: dimensions,
                    distance: distance, tuning: tuning)
            ],
            billing: .payPerRequest)
    }

    // MARK: Items

    func preparedKey(_ id: Text) -> PreparedKey { PreparedKey(unchecked: id, of: table) }

    func id(of record: ItemRecord) -> Text? {
        guard case .string(let id)? = record.value(named: key) else { return nil }
        return id
    }

    /// - Returns: nil when the index does not hold the item.
    func row(of record: ItemRecord) -> VectorRowContent? {
        guard let id = id(of: record),
            let vector = record.floats(named: index.attribute, count: index.dimensions)
        else { return nil }
        return VectorRowContent(
            id: id, vector: vector, metadata: metadata(of: record),
            metadataText: metadataText(of: record))
    }

    func contents(of record: ItemRecord) -> [UInt8]? {
        guard case .binary(let bytes)? = record.value(named: Self.contents) else { return nil }
        return bytes
    }

    func metadata(of record: ItemRecord) -> AttributeMap? {
        if let attribute = index.metadata {
            guard case .map(let metadata)? = record.value(named: attribute) else { return nil }
            return metadata
        }
        guard record.attributeCount > 2 else { return nil }
        let rest = record.removing(index.attribute).removing(key).item
        return rest.isEmpty ? nil : rest
    }

    /// Where tables of the embedded API keep metadata as text, beside the values, when the text says
    /// more than they do: an order of names, or a number's spelling.
    private static let textName: Text = "metadata_json"

    /// The text of an item's metadata, as it was put. Who changed the values since did not change it.
    func metadataText(of record: ItemRecord) -> Text? {
        guard index.metadata != nil, case .string(let text)? = record.value(named: Self.textName)
        else { return nil }
        return text
    }

    /// Whether an attribute is where metadata is kept.
    func isMetadata(_ name: Text) -> Bool {
        index.metadata.map { $0 == name || name == Self.textName }
            ?? (name != key && name != index.attribute)
    }

    /// The attributes that hold metadata. What cannot be kept beside key and vector is left out by
    /// `canHold`.
    func parts(of metadata: AttributeMap, text: Text?) -> [RecordPart] {
        if let attribute = index.metadata {
            return [RecordPart(attribute, .map(metadata))]
                + (text.map { [RecordPart(Self.textName, .string($0))] } ?? [])
        }
        return metadata.map { RecordPart($0.name, $0.value) }
    }

    /// Whether metadata can be kept: in a table that was made for other purposes, some names are
    /// taken.
    package func canHold(_ metadata: AttributeMap) -> Bool {
        index.metadata != nil
            || metadata.allSatisfy {
                $0.name != key && $0.name != index.attribute && !$0.name.isEmpty
            }
    }

    /// The record of a new item.
    func record(
        id: Text, vector: RecordPart, metadata: AttributeMap?, text: Text?, contents: [UInt8]? = nil
    ) -> ItemRecord {
        var parts = [RecordPart(key, .string(id)), vector]
        if let metadata { parts += self.parts(of: metadata, text: text) }
        if let contents { parts.append(RecordPart(Self.contents, .binary(contents))) }
        return ItemRecord(joining: parts)
    }

    package func vectorPart(_ vector: UnsafeBufferPointer<Float>) -> RecordPart {
        RecordPart(index.attribute, floats: vector)
    }
}

/// An item of a collection.
package struct VectorRowContent: Sendable {
    package var id: Text
    package var vector: [Float]
    package var metadata: AttributeMap?
    /// Only if it was asked for.
    package var contents: [UInt8]?
    /// See `PutVectors.Row.metadataText`.
    package var metadataText: Text?

    package init(id: Text, vector: [Float], metadata: AttributeMap?, metadataText: Text?) {
        self.id = id
        self.vector = vector
        self.metadata = metadata
        self.metadataText = metadataText
    }
}

extension PreparedKey {
    /// A key of any length, also none: requests over the wire are held to the service's limits, a
    /// program that embeds the database is not.
    init(unchecked id: Text, of table: Table) {
        self.table = table
        primary = PrimaryKey(hash: .string(id))
        rowKey = primary.rowKey(inTable: table.id)
    }
}

extension PreparedItem {
    /// An item that was encoded by itself, whose vector is one.
    init(
        _ record: ItemRecord, key: PreparedKey, in schema: CollectionSchema
    ) throws(OperationError) {
        let definition = key.table.definition
        // Whatever else follows from the item has rules of its own.
        guard definition.indexes.isEmpty, definition.vectorIndexes.count == 1,
            schema.index.filters.isEmpty, definition.timeToLiveAttribute == nil
        else {
            try self.init(record.item, key: key)
            return
        }
        if record.sizeBytes > Limits.itemBytes { throw .itemTooLarge }
        self.init(record, key: key, vectorViews: definition.vectorViews(of: record))
    }
}

extension ReadContext {
    /// The table as a collection; nil when it is no such table.
    package func collection(_ name: TableName) throws(OperationError) -> CollectionSchema? {
        CollectionSchema(try directory.table(name))
    }
}

extension TableDirectory {
    func collection(_ name: TableName) throws(OperationError) -> CollectionSchema {
        guard let schema = CollectionSchema(try table(name)) else { throw .tableNotFound }
        return schema
    }
}

extension Engine {
    /// The collection as of the last commit; nil when there is no such table, or it is none.
    package func collection(_ name: TableName) -> CollectionSchema? {
        directory.tables[name].flatMap { CollectionSchema($0) }
    }
}
