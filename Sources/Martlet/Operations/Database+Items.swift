// Single items in a line. Whoever wants more of an operation, the capacity it used for one, builds
// its request and gives it to `run`.

public import MartletCatalog
public import MartletEngine
public import MartletModel

extension Database {
    /// Puts an item, in the place of one that is there under its key.
    ///
    /// - Parameters:
    ///   - condition: must hold for the item that is there; of none, for no attributes:
    ///     `attribute_not_exists(customer)`.
    ///   - names: what `#names` in the condition stand for.
    ///   - values: what `:values` in it stand for.
    /// - Throws: `conditionFailed`, having changed nothing; `resourceNotFound`; `validation` for
    ///   an item without the table's key, beyond 400 KB, or nested too deep; `storage` when the disk
    ///   fails, and then nobody knows whether the item is there until the database is opened again.
    /// - Complexity: one sync, shared with all who write at the same time.
    public func put(
        _ item: Item, in table: TableName, if condition: String? = nil,
        names: [String: String] = [:], values: [String: AttributeValue] = [:]
    ) async throws(OperationError) {
        var request = PutItem(table: table, item: item)
        if let condition { request.options = try WriteOptions(condition, names, values) }
        try await run(request)
    }

    /// The item under a key, as of the last write that was answered; nil when there is none.
    ///
    /// - Parameter projection: what of the item is wanted; nil: everything.
    /// - Throws: `resourceNotFound`; `validation` for what is not a key of the table.
    public func get(
        _ key: Item, from table: TableName, projection: String? = nil,
        names: [String: String] = [:]
    ) throws(OperationError) -> Item? {
        var request = GetItem(table: table, key: key)
        if let projection {
            request.projection = try RequestExpressions.projection(projection, names)
        }
        return try run(request).item?.item
    }

    /// Changes an item, or makes it of its key and the update.
    ///
    /// - Parameter update: an update expression: `SET #n = #n + :one REMOVE old`.
    /// - Returns: the item as it is now; nil when there was none and the update only removes.
    /// - Throws: as `put`.
    /// - Complexity: as `put`.
    @discardableResult
    public func update(
        _ key: Item, in table: TableName, _ update: String, if condition: String? = nil,
        names: [String: String] = [:], values: [String: AttributeValue] = [:]
    ) async throws(OperationError) -> Item? {
        let request = try UpdateItem(
            table: table, key: key, update: update, condition: condition, names: names,
            values: values, returnValues: .allNew)
        return try await run(request).attributes?.item
    }

    /// Deletes the item under a key; that there is none is no error.
    ///
    /// - Returns: what was there.
    /// - Throws: as `put`.
    /// - Complexity: as `put`.
    @discardableResult
    public func delete(
        _ key: Item, from table: TableName, if condition: String? = nil,
        names: [String: String] = [:], values: [String: AttributeValue] = [:]
    ) async throws(OperationError) -> Item? {
        var request = DeleteItem(table: table, key: key, returnsOldItem: true)
        if let condition { request.options = try WriteOptions(condition, names, values) }
        return try await run(request).attributes?.item
    }
}
