// What a typed call is: its members as JSON, and what its answer's members mean. Members of an
// answer that nobody asked about are passed over, so that newer services can add some.

internal import MartletModel
package import MartletWire

/// A request of one operation.
package protocol ClientOperation: Sendable {
    associatedtype Answer: Sendable

    /// As `X-Amz-Target` names it.
    static var name: String { get }
    /// Writes the members of the request's object.
    func write(to writer: inout JSONWriter)
    /// The answer, from the members of its object.
    static func read(_ members: inout AnswerReader) throws(WireError) -> Answer
}

/// Goes through the members of an answer.
package struct AnswerReader {
    package var reader: JSONReader
    private var progress: JSONReader.Progress

    init(_ bytes: UnsafeBufferPointer<UInt8>) throws(WireError) {
        reader = JSONReader(bytes)
        progress = try reader.beginObject()
    }

    /// The next member's name; its value is read by `reader`. nil behind the last.
    package mutating func next() throws(WireError) -> JSONString? {
        try reader.nextMember(&progress)
    }
}

/// Answers' parts.
enum Answers {
    /// Calls `member` for each member of the object that `body` is.
    static func read(
        _ body: [UInt8],
        _ member: (JSONString, inout JSONReader) throws(WireError) -> Void
    ) throws(WireError) {
        // The array's own closure method is not typed for errors.
        let result = body.withUnsafeBufferPointer { bytes -> Result<Void, WireError> in
            Result { () throws(WireError) in
                var answer = try AnswerReader(bytes)
                while let name = try answer.next() { try member(name, &answer.reader) }
                try answer.reader.finish()
            }
        }
        try result.get()
    }

    static func read<Operation: ClientOperation>(
        _ operation: Operation.Type, _ body: [UInt8]
    ) throws(WireError) -> Operation.Answer {
        let result = body.withUnsafeBufferPointer { bytes -> Result<Operation.Answer, WireError> in
            Result { () throws(WireError) in
                var members = try AnswerReader(bytes)
                let answer = try Operation.read(&members)
                try members.reader.finish()
                return answer
            }
        }
        return try result.get()
    }
}

extension JSONReader {
    /// An item or a key; nil for null.
    mutating func readItem() throws(WireError) -> AttributeMap? {
        guard let attributes = try readOptionalAttributes() else { return nil }
        guard attributes.problem == nil else { throw .serialization(nil) }
        return attributes.values
    }

    mutating func readItems() throws(WireError) -> [AttributeMap] {
        guard var list = try beginList() else { return [] }
        var items: [AttributeMap] = []
        while try nextElement(&list) {
            if let item = try readItem() { items.append(item) }
        }
        return items
    }

    mutating func readStrings() throws(WireError) -> [String] {
        try readOptionalTexts()?.map(\.string) ?? []
    }
}

extension JSONWriter {
    mutating func text(_ name: StaticString, _ value: String?) {
        guard let value else { return }
        member(name)
        string(value)
    }

    mutating func item(_ name: StaticString, _ value: AttributeMap?) {
        guard let value else { return }
        member(name)
        attributes(value)
    }

    mutating func number(_ name: StaticString, _ value: Int?) {
        guard let value else { return }
        member(name)
        integer(value)
    }

    mutating func flag(_ name: StaticString, _ value: Bool) {
        guard value else { return }
        member(name)
        bool(true)
    }

    /// ExpressionAttributeNames and -Values, in the order of the placeholders.
    mutating func placeholders(_ names: [String: String], _ values: [String: AttributeValue]) {
        if !names.isEmpty {
            member("ExpressionAttributeNames")
            beginObject()
            for (placeholder, name) in names.sorted(by: { $0.key < $1.key }) {
                entry(Text(placeholder))
                string(name)
            }
            endObject()
        }
        if !values.isEmpty {
            member("ExpressionAttributeValues")
            beginObject()
            for (placeholder, value) in values.sorted(by: { $0.key < $1.key }) {
                entry(Text(placeholder))
                self.value(value)
            }
            endObject()
        }
    }
}

extension DynamoDBClient {
    /// The call on the client's threads, for tasks.
    func run<Operation: ClientOperation>(
        _ operation: Operation
    ) async throws(ClientError) -> Operation.Answer {
        try await onThread { isCancelled throws(ClientError) in
            try self.perform(operation, isOver: isCancelled)
        }
    }

    /// The call on this thread, which it blocks.
    package func perform<Operation: ClientOperation>(
        _ operation: Operation, isOver: () -> Bool = { false }
    ) throws(ClientError) -> Operation.Answer {
        var writer = JSONWriter()
        writer.beginObject()
        operation.write(to: &writer)
        writer.endObject()
        let answer = try send(Operation.name, writer.bytes, isOver: isOver)
        do throws(WireError) {
            return try Answers.read(Operation.self, answer)
        } catch {
            throw .unreadableAnswer(operation: Operation.name)
        }
    }
}
