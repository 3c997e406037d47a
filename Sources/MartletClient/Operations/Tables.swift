// Tables: made, told of, deleted, and what is set on them. Definitions have more members than a
// program that opens its own tables names; those go through `call`, and answers keep their JSON.

public import MartletModel
package import MartletWire

/// A key attribute.
public struct KeyAttribute: Sendable, Equatable {
    public var name: String
    /// `.string`, `.number` or `.binary`.
    public var type: AttributeType

    public init(_ name: String, _ type: AttributeType) {
        self.name = name
        self.type = type
    }
}

/// A table with capacity on demand, and global indexes that hold whole items.
public struct CreateTableRequest: Sendable {
    public struct Index: Sendable {
        public var name: String
        public var partitionKey: KeyAttribute
        public var sortKey: KeyAttribute?

        public init(_ name: String, partitionKey: KeyAttribute, sortKey: KeyAttribute? = nil) {
            self.name = name
            self.partitionKey = partitionKey
            self.sortKey = sortKey
        }
    }

    public var table: String
    public var partitionKey: KeyAttribute
    public var sortKey: KeyAttribute?
    public var globalIndexes: [Index]
    public var tags: [String: String]

    public init(
        table: String, partitionKey: KeyAttribute, sortKey: KeyAttribute? = nil,
        globalIndexes: [Index] = [], tags: [String: String] = [:]
    ) {
        self.table = table
        self.partitionKey = partitionKey
        self.sortKey = sortKey
        self.globalIndexes = globalIndexes
        self.tags = tags
    }
}

/// What a service says of a table.
public struct TableDescription: Sendable {
    public var name = ""
    public var arn = ""
    /// `ACTIVE`, `CREATING`, …
    public var status = ""
    /// An estimate on AWS, hours old.
    public var itemCount = 0
    public var sizeBytes = 0
    public var partitionKey = ""
    public var sortKey: String?
    public var globalIndexes: [String] = []
    public var localIndexes: [String] = []
    public var vectorIndexes: [String] = []
    /// All of it, as it came.
    public var json = ""
    package var tree = JSONTree.null
}

extension CreateTableRequest: ClientOperation {
    package static let name = "CreateTable"

    package func write(to writer: inout JSONWriter) {
        writer.text("TableName", table)
        writer.text("BillingMode", "PAY_PER_REQUEST")
        writer.member("AttributeDefinitions")
        writer.beginArray()
        let keys = [(partitionKey, sortKey)] + globalIndexes.map { ($0.partitionKey, $0.sortKey) }
        var defined: Set<String> = []
        for (hash, range) in keys {
            for attribute in [hash] + (range.map { [$0] } ?? [])
            where defined.insert(attribute.name).inserted {
                writer.beginObject()
                writer.text("AttributeName", attribute.name)
                writer.text("AttributeType", attribute.type.rawValue)
                writer.endObject()
            }
        }
        writer.endArray()
        writer.keySchema(partitionKey, sortKey)
        if !globalIndexes.isEmpty {
            writer.member("GlobalSecondaryIndexes")
            writer.beginArray()
            for index in globalIndexes {
                writer.beginObject()
                writer.text("IndexName", index.name)
                writer.keySchema(index.partitionKey, index.sortKey)
                writer.member("Projection")
                writer.beginObject()
                writer.text("ProjectionType", "ALL")
                writer.endObject()
                writer.endObject()
            }
            writer.endArray()
        }
        if !tags.isEmpty { writer.tags(tags) }
    }

    package static func read(_ members: inout AnswerReader) throws(WireError) -> TableDescription {
        try members.tableDescription()
    }
}

/// An operation that names a table and answers with its description.
struct TableRequest: ClientOperation {
    static let name = "DescribeTable"
    var table: String

    func write(to writer: inout JSONWriter) { writer.text("TableName", table) }

    static func read(_ members: inout AnswerReader) throws(WireError) -> TableDescription {
        try members.tableDescription()
    }
}

struct DeleteTableRequest: ClientOperation {
    static let name = "DeleteTable"
    var table: String

    func write(to writer: inout JSONWriter) { writer.text("TableName", table) }

    static func read(_ members: inout AnswerReader) throws(WireError) -> TableDescription {
        try members.tableDescription()
    }
}

struct ListTablesRequest: ClientOperation {
    static let name = "ListTables"
    var start: String?

    func write(to writer: inout JSONWriter) { writer.text("ExclusiveStartTableName", start) }

    static func read(
        _ members: inout AnswerReader
    ) throws(WireError) -> (names: [String], next: String?) {
        var names: [String] = []
        var next: String?
        while let name = try members.next() {
            switch name {
            case "TableNames": names = try members.reader.readStrings()
            case "LastEvaluatedTableName": next = try members.reader.readOptionalString()
            default: try members.reader.skipValue()
            }
        }
        return (names, next)
    }
}

extension AnswerReader {
    fileprivate mutating func tableDescription() throws(WireError) -> TableDescription {
        var description = TableDescription()
        while let name = try next() {
            guard name.equals("Table") || name.equals("TableDescription") else {
                try reader.skipValue()
                continue
            }
            let bytes = try reader.readVerbatim()
            guard let tree = JSONTree(bytes) else { throw .serialization(nil) }
            description = TableDescription(tree, json: String(decoding: bytes, as: UTF8.self))
        }
        return description
    }
}

extension TableDescription {
    /// `S`, `N` or `B`, by the names of the attributes that keys have.
    package var keyTypes: [String: String] {
        var types: [String: String] = [:]
        for attribute in tree["AttributeDefinitions"]?.elements ?? [] {
            guard let name = attribute["AttributeName"]?.string else { continue }
            types[name] = attribute["AttributeType"]?.string
        }
        return types
    }

    init(_ tree: JSONTree, json: String) {
        self.tree = tree
        self.json = json
        name = tree["TableName"]?.string ?? ""
        arn = tree["TableArn"]?.string ?? ""
        status = tree["TableStatus"]?.string ?? ""
        itemCount = tree["ItemCount"]?.integer ?? 0
        sizeBytes = tree["TableSizeBytes"]?.integer ?? 0
        for key in tree["KeySchema"]?.elements ?? [] {
            let name = key["AttributeName"]?.string ?? ""
            if key["KeyType"]?.string == "HASH" { partitionKey = name } else { sortKey = name }
        }
        func names(_ member: String) -> [String] {
            (tree[member]?.elements ?? []).compactMap { $0["IndexName"]?.string }
        }
        globalIndexes = names("GlobalSecondaryIndexes")
        localIndexes = names("LocalSecondaryIndexes")
        vectorIndexes = names("VectorIndexes")
    }
}

extension JSONWriter {
    fileprivate mutating func keySchema(_ hash: KeyAttribute, _ range: KeyAttribute?) {
        member("KeySchema")
        beginArray()
        for (attribute, type) in [(hash as KeyAttribute?, "HASH"), (range, "RANGE")] {
            guard let attribute else { continue }
            beginObject()
            text("AttributeName", attribute.name)
            text("KeyType", type)
            endObject()
        }
        endArray()
    }

    mutating func tags(_ tags: [String: String]) {
        member("Tags")
        beginArray()
        for (key, value) in tags.sorted(by: { $0.key < $1.key }) {
            beginObject()
            text("Key", key)
            text("Value", value)
            endObject()
        }
        endArray()
    }
}

extension DynamoDBClient {
    @discardableResult
    public func createTable(
        _ request: CreateTableRequest
    ) async throws(ClientError) -> TableDescription {
        try await run(request)
    }

    public func describeTable(_ table: String) async throws(ClientError) -> TableDescription {
        try await run(TableRequest(table: table))
    }

    @discardableResult
    public func deleteTable(_ table: String) async throws(ClientError) -> TableDescription {
        try await run(DeleteTableRequest(table: table))
    }

    /// The names of all tables.
    public func listTables() async throws(ClientError) -> [String] {
        try await onThread { isCancelled throws(ClientError) in
            try self.performListTables(isOver: isCancelled)
        }
    }

    package func performListTables(
        isOver: () -> Bool = { false }
    ) throws(ClientError) -> [String] {
        var names: [String] = []
        var start: String?
        repeat {
            let page = try perform(ListTablesRequest(start: start), isOver: isOver)
            names += page.names
            start = page.next
        } while start != nil
        return names
    }

    /// The table's description on this thread.
    package func performDescribeTable(_ table: String) throws(ClientError) -> TableDescription {
        try perform(TableRequest(table: table))
    }
}
