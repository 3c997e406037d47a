// Tables in a line: made, described, listed, deleted. Whoever wants more of it builds the request
// and gives it to `run`.

public import MartletCatalog
public import MartletEngine
public import MartletModel

extension KeyAttribute {
    public static func string(_ name: Text) -> KeyAttribute {
        KeyAttribute(name: name, type: .string)
    }

    public static func number(_ name: Text) -> KeyAttribute {
        KeyAttribute(name: name, type: .number)
    }

    public static func binary(_ name: Text) -> KeyAttribute {
        KeyAttribute(name: name, type: .binary)
    }
}

extension TableRequest {
    /// A table without provisioned throughput.
    ///
    /// - Parameters:
    ///   - partitionKey: the attribute whose values say which items belong together.
    ///   - sortKey: the attribute that orders the items of a partition; without one, a partition
    ///     has one item.
    ///   - indexAttributes: types of the attributes that indexes' keys and search schemas name
    ///     beside the table's own key.
    ///   - globalIndexes: other orders of the same items.
    ///   - vectorIndexes: attributes whose vectors can be searched.
    public init(
        _ name: TableName, partitionKey: KeyAttribute, sortKey: KeyAttribute? = nil,
        indexAttributes: [KeyAttribute] = [], globalIndexes: [IndexRequest] = [],
        vectorIndexes: [VectorIndexRequest] = []
    ) {
        let key = [partitionKey] + (sortKey.map { [$0] } ?? [])
        self.init(
            name: name, attributeDefinitions: key + indexAttributes,
            keySchema: zip(key, [.hash, .range]).map {
                KeySchemaElement(name: $0.name, role: $1)
            },
            globalIndexes: globalIndexes.isEmpty ? nil : globalIndexes,
            vectorIndexes: vectorIndexes.isEmpty ? nil : vectorIndexes, billing: .payPerRequest)
    }
}

extension IndexRequest {
    /// An index that holds all attributes, unless `projection` says otherwise.
    public init(
        _ name: Text, partitionKey: Text, sortKey: Text? = nil,
        projection: ProjectionRequest = ProjectionRequest(kind: .all)
    ) {
        let key = [partitionKey] + (sortKey.map { [$0] } ?? [])
        self.init(
            name: name,
            keySchema: zip(key, [.hash, .range]).map { KeySchemaElement(name: $0, role: $1) },
            projection: projection)
    }
}

extension Database {
    /// Makes a table, which can be used when this returns.
    ///
    /// - Throws: `resourceInUse` when there is one of this name; `validation` for what no table
    ///   may be; `limitExceeded`; `storage`.
    @discardableResult
    public func createTable(
        _ request: TableRequest
    ) async throws(OperationError) -> TableDescription {
        try await run(CreateTable(request))
    }

    /// A table's definition, state and exact counts.
    ///
    /// - Throws: `resourceNotFound`.
    public func describeTable(_ table: TableName) throws(OperationError) -> TableDescription {
        try run(DescribeTable(table: table))
    }

    /// The names of all tables, in order.
    public func listTables() throws(OperationError) -> [TableName] {
        var names: [TableName] = []
        var start: TableName?
        repeat {
            let page = try run(ListTables(exclusiveStartName: start))
            names += page.names
            start = page.lastEvaluatedName
        } while start != nil
        return names
    }

    /// Deletes a table with all that is in it. Its space on the disk comes back in the background.
    ///
    /// - Throws: `resourceNotFound`; `validation` for a table that is protected; `storage`.
    /// - Complexity: O(1) in the number of items.
    public func deleteTable(_ table: TableName) async throws(OperationError) {
        try await run(DeleteTable(table: table))
    }
}
