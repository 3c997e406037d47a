// PutItem, UpdateItem and DeleteItem: one item, written if a condition holds.

public import MartletModel
package import MartletWire

/// Which image of the item a write answers with.
public enum ReturnedImage: String, Sendable {
    case none = "NONE"
    case allOld = "ALL_OLD"
    case updatedOld = "UPDATED_OLD"
    case allNew = "ALL_NEW"
    case updatedNew = "UPDATED_NEW"
}

/// What decides whether a write is made.
public struct WriteCondition: Sendable, Equatable {
    public var expression: String
    /// Whether a failure carries the item (`ServiceError.item`).
    public var returnsItemOnFailure: Bool

    public init(_ expression: String, returnsItemOnFailure: Bool = false) {
        self.expression = expression
        self.returnsItemOnFailure = returnsItemOnFailure
    }
}

extension WriteCondition: ExpressibleByStringLiteral {
    public init(stringLiteral value: String) { self.init(value) }
}

/// Creates or replaces an item.
public struct PutItemRequest: Sendable {
    public var table: String
    public var item: AttributeMap
    public var condition: WriteCondition?
    public var names: [String: String]
    public var values: [String: AttributeValue]
    public var returnsOldItem: Bool

    public init(
        table: String, item: AttributeMap, condition: WriteCondition? = nil,
        names: [String: String] = [:], values: [String: AttributeValue] = [:],
        returnsOldItem: Bool = false
    ) {
        self.table = table
        self.item = item
        self.condition = condition
        self.names = names
        self.values = values
        self.returnsOldItem = returnsOldItem
    }
}

/// Changes an item, or creates it.
public struct UpdateItemRequest: Sendable {
    public var table: String
    public var key: AttributeMap
    public var update: String
    public var condition: WriteCondition?
    public var names: [String: String]
    public var values: [String: AttributeValue]
    public var returns: ReturnedImage

    public init(
        table: String, key: AttributeMap, update: String, condition: WriteCondition? = nil,
        names: [String: String] = [:], values: [String: AttributeValue] = [:],
        returns: ReturnedImage = .none
    ) {
        self.table = table
        self.key = key
        self.update = update
        self.condition = condition
        self.names = names
        self.values = values
        self.returns = returns
    }
}

/// Deletes an item, if it is there.
public struct DeleteItemRequest: Sendable {
    public var table: String
    public var key: AttributeMap
    public var condition: WriteCondition?
    public var names: [String: String]
    public var values: [String: AttributeValue]
    public var returnsOldItem: Bool

    public init(
        table: String, key: AttributeMap, condition: WriteCondition? = nil,
        names: [String: String] = [:], values: [String: AttributeValue] = [:],
        returnsOldItem: Bool = false
    ) {
        self.table = table
        self.key = key
        self.condition = condition
        self.names = names
        self.values = values
        self.returnsOldItem = returnsOldItem
    }
}

extension PutItemRequest: ClientOperation {
    package static let name = "PutItem"

    package func write(to writer: inout JSONWriter) {
        writer.text("TableName", table)
        writer.item("Item", item)
        writer.condition(condition, names, values)
        writer.text("ReturnValues", returnsOldItem ? "ALL_OLD" : nil)
    }

    package static func read(_ members: inout AnswerReader) throws(WireError) -> AttributeMap? {
        try members.image()
    }
}

extension UpdateItemRequest: ClientOperation {
    package static let name = "UpdateItem"

    package func write(to writer: inout JSONWriter) {
        writer.text("TableName", table)
        writer.item("Key", key)
        writer.text("UpdateExpression", update)
        writer.condition(condition, names, values)
        writer.text("ReturnValues", returns == .none ? nil : returns.rawValue)
    }

    package static func read(_ members: inout AnswerReader) throws(WireError) -> AttributeMap? {
        try members.image()
    }
}

extension DeleteItemRequest: ClientOperation {
    package static let name = "DeleteItem"

    package func write(to writer: inout JSONWriter) {
        writer.text("TableName", table)
        writer.item("Key", key)
        writer.condition(condition, names, values)
        writer.text("ReturnValues", returnsOldItem ? "ALL_OLD" : nil)
    }

    package static func read(_ members: inout AnswerReader) throws(WireError) -> AttributeMap? {
        try members.image()
    }
}

extension JSONWriter {
    mutating func condition(
        _ condition: WriteCondition?, _ names: [String: String], _ values: [String: AttributeValue]
    ) {
        text("ConditionExpression", condition?.expression)
        placeholders(names, values)
        if condition?.returnsItemOnFailure == true {
            text("ReturnValuesOnConditionCheckFailure", "ALL_OLD")
        }
    }
}

extension AnswerReader {
    fileprivate mutating func image() throws(WireError) -> AttributeMap? {
        var image: AttributeMap?
        while let name = try next() {
            if name.equals("Attributes") {
                image = try reader.readItem()
            } else {
                try reader.skipValue()
            }
        }
        return image
    }
}

extension DynamoDBClient {
    /// - Returns: the item that was there, when it is asked for and was there.
    @discardableResult
    public func putItem(_ request: PutItemRequest) async throws(ClientError) -> AttributeMap? {
        try await run(request)
    }

    /// - Returns: the image that is asked for.
    @discardableResult
    public func updateItem(
        _ request: UpdateItemRequest
    ) async throws(ClientError) -> AttributeMap? {
        try await run(request)
    }

    /// - Returns: the item that was there, when it is asked for and was there.
    @discardableResult
    public func deleteItem(
        _ request: DeleteItemRequest
    ) async throws(ClientError) -> AttributeMap? {
        try await run(request)
    }
}
