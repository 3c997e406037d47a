public import MartletModel
package import MartletWire

/// One item, by its key.
public struct GetItemRequest: Sendable {
    public var table: String
    public var key: AttributeMap
    /// What of the item to return; nil: all.
    public var projection: String?
    public var names: [String: String]
    public var isConsistent: Bool

    public init(
        table: String, key: AttributeMap, projection: String? = nil, names: [String: String] = [:],
        isConsistent: Bool = false
    ) {
        self.table = table
        self.key = key
        self.projection = projection
        self.names = names
        self.isConsistent = isConsistent
    }
}

extension GetItemRequest: ClientOperation {
    package static let name = "GetItem"

    package func write(to writer: inout JSONWriter) {
        writer.text("TableName", table)
        writer.item("Key", key)
        writer.text("ProjectionExpression", projection)
        writer.placeholders(names, [:])
        writer.flag("ConsistentRead", isConsistent)
    }

    package static func read(_ members: inout AnswerReader) throws(WireError) -> AttributeMap? {
        var item: AttributeMap?
        while let name = try members.next() {
            if name.equals("Item") {
                item = try members.reader.readItem()
            } else {
                try members.reader.skipValue()
            }
        }
        return item
    }
}

extension DynamoDBClient {
    /// - Returns: nil when there is no such item.
    public func getItem(_ request: GetItemRequest) async throws(ClientError) -> AttributeMap? {
        try await run(request)
    }
}
