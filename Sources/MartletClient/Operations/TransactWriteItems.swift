public import MartletModel
package import MartletWire

/// Up to 100 writes that are made together or not at all.
public struct TransactWriteRequest: Sendable {
    public enum Action: Sendable {
        case put(PutItemRequest)
        case update(UpdateItemRequest)
        case delete(DeleteItemRequest)
        /// Writes nothing: the others are made only if this holds of the item.
        case check(
            table: String, key: AttributeMap, condition: WriteCondition, names: [String: String],
            values: [String: AttributeValue])
    }

    public var actions: [Action]
    /// Makes a repetition of the request do nothing more. One is made when none is given, so that
    /// the client's own retries are safe.
    public var token: String

    public init(_ actions: [Action], token: String? = nil) {
        self.actions = actions
        self.token =
            token
            ?? String(UInt64.random(in: 0...(.max)), radix: 36)
            + String(UInt64.random(in: 0...(.max)), radix: 36)
    }
}

extension TransactWriteRequest: ClientOperation {
    package static let name = "TransactWriteItems"

    package func write(to writer: inout JSONWriter) {
        writer.member("TransactItems")
        writer.beginArray()
        for action in actions {
            writer.beginObject()
            switch action {
            case .put(let put):
                writer.member("Put")
                writer.beginObject()
                put.write(to: &writer)
            case .update(let update):
                writer.member("Update")
                writer.beginObject()
                update.write(to: &writer)
            case .delete(let delete):
                writer.member("Delete")
                writer.beginObject()
                delete.write(to: &writer)
            case .check(let table, let key, let condition, let names, let values):
                writer.member("ConditionCheck")
                writer.beginObject()
                writer.text("TableName", table)
                writer.item("Key", key)
                writer.condition(condition, names, values)
            }
            writer.endObject()
            writer.endObject()
        }
        writer.endArray()
        writer.text("ClientRequestToken", token)
    }

    package static func read(_ members: inout AnswerReader) throws(WireError) {
        while try members.next() != nil { try members.reader.skipValue() }
    }
}

extension DynamoDBClient {
    /// Fails as `TransactionCanceledException` with a reason for each action
    /// (`ServiceError.cancellationReasons`).
    public func transactWrite(_ request: TransactWriteRequest) async throws(ClientError) {
        try await run(request)
    }
}
