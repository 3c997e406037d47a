// BatchGetItem and BatchWriteItem over any number of keys or writes. The service takes 100 and 25 at
// a time and may leave some of them undone; those are sent again after pauses, as often as the
// retry policy allows without any being done.

public import MartletModel
package import MartletWire

/// A write of a batch.
public enum BatchWrite: Sendable, Equatable {
    case put(AttributeMap)
    /// By its key.
    case delete(AttributeMap)
}

/// At most 100 keys of one table.
struct BatchGetRequest: ClientOperation {
    static let name = "BatchGetItem"

    var table: String
    var keys: [AttributeMap]
    var projection: String?
    var names: [String: String]
    var isConsistent: Bool

    func write(to writer: inout JSONWriter) {
        writer.member("RequestItems")
        writer.beginObject()
        writer.entry(Text(table))
        writer.beginObject()
        writer.member("Keys")
        writer.beginArray()
        for key in keys { writer.attributes(key) }
        writer.endArray()
        writer.text("ProjectionExpression", projection)
        writer.placeholders(names, [:])
        writer.flag("ConsistentRead", isConsistent)
        writer.endObject()
        writer.endObject()
    }

    static func read(
        _ members: inout AnswerReader
    ) throws(WireError) -> (items: [AttributeMap], undone: [AttributeMap]) {
        var items: [AttributeMap] = []
        var undone: [AttributeMap] = []
        while let name = try members.next() {
            let isResponse = name.equals("Responses")
            guard isResponse || name.equals("UnprocessedKeys") else {
                try members.reader.skipValue()
                continue
            }
            var tables = try members.reader.beginObject()
            while try members.reader.nextMember(&tables) != nil {
                if isResponse {
                    items += try members.reader.readItems()
                    continue
                }
                var table = try members.reader.beginObject()
                while let member = try members.reader.nextMember(&table) {
                    if member.equals("Keys") {
                        undone += try members.reader.readItems()
                    } else {
                        try members.reader.skipValue()
                    }
                }
            }
        }
        return (items, undone)
    }
}

/// At most 25 writes to one table, each a `PutRequest` or a `DeleteRequest` in JSON. What is left
/// undone comes back in the same form.
package struct BatchWriteRequest: ClientOperation {
    package static let name = "BatchWriteItem"

    package var table: String
    package var writes: [[UInt8]]

    package init(table: String, writes: [[UInt8]]) {
        self.table = table
        self.writes = writes
    }

    package func write(to writer: inout JSONWriter) {
        writer.member("RequestItems")
        writer.beginObject()
        writer.entry(Text(table))
        writer.beginArray()
        for write in writes { writer.verbatim(write) }
        writer.endArray()
        writer.endObject()
    }

    package static func read(_ members: inout AnswerReader) throws(WireError) -> [[UInt8]] {
        var undone: [[UInt8]] = []
        while let name = try members.next() {
            guard name.equals("UnprocessedItems") else {
                try members.reader.skipValue()
                continue
            }
            var tables = try members.reader.beginObject()
            while try members.reader.nextMember(&tables) != nil {
                var writes = try members.reader.beginArray()
                while try members.reader.nextElement(&writes) {
                    undone.append(Array(try members.reader.readVerbatim()))
                }
            }
        }
        return undone
    }
}

extension BatchWrite {
    /// As an element of a request.
    package var json: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        switch self {
        case .put(let item):
            writer.member("PutRequest")
            writer.beginObject()
            writer.item("Item", item)
        case .delete(let key):
            writer.member("DeleteRequest")
            writer.beginObject()
            writer.item("Key", key)
        }
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }
}

extension DynamoDBClient {
    /// Items by their keys, in no order; those that are not there are left out.
    ///
    /// - Parameter keys: any number, none twice.
    public func batchGet(
        _ keys: [AttributeMap], from table: String, projection: String? = nil,
        names: [String: String] = [:], isConsistent: Bool = false
    ) async throws(ClientError) -> [AttributeMap] {
        try await onThread { isCancelled throws(ClientError) in
            var items: [AttributeMap] = []
            var rest = keys
            var idleRounds = 0
            while !rest.isEmpty {
                let answer = try self.perform(
                    BatchGetRequest(
                        table: table, keys: Array(rest.prefix(100)), projection: projection,
                        names: names, isConsistent: isConsistent), isOver: isCancelled)
                items += answer.items
                let isIdle = answer.undone.count == min(rest.count, 100)
                rest = answer.undone + rest.dropFirst(100)
                try self.waitIfUndone(answer.undone.count, isIdle, &idleRounds, isCancelled)
            }
            return items
        }
    }

    /// Puts and deletes items, without conditions. When it throws, some may have been written.
    ///
    /// - Parameter writes: any number, none of one key twice.
    public func batchWrite(
        _ writes: [BatchWrite], to table: String
    ) async throws(ClientError) {
        try await onThread { isCancelled throws(ClientError) in
            try self.performBatchWrite(writes.map(\.json), to: table, isOver: isCancelled)
        }
    }

    /// The same on this thread, with writes as `BatchWriteRequest` has them.
    package func performBatchWrite(
        _ writes: [[UInt8]], to table: String, isOver: () -> Bool = { false }
    ) throws(ClientError) {
        var rest = writes[...]
        var undone: [[UInt8]] = []
        var idleRounds = 0
        while !rest.isEmpty || !undone.isEmpty {
            var batch = undone
            var bytes = undone.reduce(0) { $0 + $1.count }
            while batch.count < 25, let next = rest.first,
                batch.isEmpty || bytes + next.count <= Self.batchBytes
            {
                batch.append(next)
                bytes += next.count
                rest.removeFirst()
            }
            undone = try perform(BatchWriteRequest(table: table, writes: batch), isOver: isOver)
            try waitIfUndone(undone.count, undone.count == batch.count, &idleRounds, isOver)
        }
    }

    /// The service takes 16 MB; items in JSON can be several times what the service counts.
    private static let batchBytes = 12 << 20

    /// Pauses when something was left undone; gives up when that was everything, too often.
    private func waitIfUndone(
        _ count: Int, _ isIdle: Bool, _ idleRounds: inout Int, _ isOver: () -> Bool
    ) throws(ClientError) {
        guard count > 0 else {
            idleRounds = 0
            return
        }
        idleRounds = isIdle ? idleRounds + 1 : 0
        if idleRounds >= attemptLimit {
            throw .service(
                ServiceError(
                    code: "ProvisionedThroughputExceededException",
                    message: "The service left every part of a batch undone", requestID: nil,
                    status: 200, kind: .throttling))
        }
        pause(after: idleRounds + 1, isOver: isOver)
        if isOver() { throw .cancelled }
    }
}
