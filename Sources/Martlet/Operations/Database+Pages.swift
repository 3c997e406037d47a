// Many items in a line: queries, scans, searches, statements.

public import MartletCatalog
public import MartletEngine
public import MartletModel

extension Database {
    /// Items of a query or a scan: as many as fit into 1 MB, or `limit`.
    public struct ItemPage: Sendable, Hashable {
        public var items: [Item]
        /// `startKey` of the next page; nil behind the last. A page can be empty and not the last.
        public var nextKey: Item?

        init(_ page: Page) {
            items = page.items?.map(\.item) ?? []
            nextKey = page.lastEvaluatedKey
        }
    }

    /// What a search found.
    public struct SearchMatch: Sendable, Hashable {
        public var item: Item
        /// A distance: smaller is nearer. For the dot product the product itself: larger is nearer.
        public var score: Float
    }

    /// Reads a partition of a table or an index in the order of its sort key.
    ///
    /// - Parameters:
    ///   - keyCondition: which partition, and which part of it: `customer = :c AND number > :n`.
    ///   - filter: what else must hold of an item to be returned; it is read all the same.
    ///   - limit: items to read at most, before the filter.
    ///   - startKey: `nextKey` of the page before.
    /// - Throws: `resourceNotFound`, `validation`, `storage`.
    /// - Complexity: O(items read), and the search for the first.
    public func query(
        _ table: TableName, index: Text? = nil, where keyCondition: String,
        filter: String? = nil, projection: String? = nil, names: [String: String] = [:],
        values: [String: AttributeValue] = [:], isForward: Bool = true, limit: Int? = nil,
        startKey: Item? = nil
    ) throws(OperationError) -> ItemPage {
        ItemPage(
            try run(
                Query(
                    table: table, index: index, keyCondition: keyCondition, filter: filter,
                    projection: projection, names: names, values: values, isForward: isForward,
                    limit: limit, startKey: startKey)))
    }

    /// Reads a table or an index in no order that means anything.
    ///
    /// - Parameters:
    ///   - filter: what must hold of an item to be returned; it is read all the same.
    ///   - limit: items to read at most, before the filter.
    ///   - startKey: `nextKey` of the page before.
    /// - Throws: as `query`.
    /// - Complexity: O(items read).
    public func scan(
        _ table: TableName, index: Text? = nil, filter: String? = nil,
        projection: String? = nil, names: [String: String] = [:],
        values: [String: AttributeValue] = [:], limit: Int? = nil, startKey: Item? = nil
    ) throws(OperationError) -> ItemPage {
        ItemPage(
            try run(
                Scan(
                    table: table, index: index, filter: filter, projection: projection,
                    names: names, values: values, limit: limit, startKey: startKey)))
    }

    /// The items of a vector index that are nearest to a vector, best first.
    ///
    /// - Parameters:
    ///   - vector: as many finite elements as the index has dimensions.
    ///   - topK: how many items to find; fewer are returned when fewer match, or beyond 16 MB.
    ///   - condition: equalities, joined by AND, on attributes of the index's search schema.
    /// - Throws: as `query`.
    /// - Complexity: O(log n) comparisons of an index of n vectors, as a rule; O(n) of a small one.
    public func searchVectors(
        _ table: TableName, index: Text, nearestTo vector: [Float], topK: Int = 10,
        where condition: String? = nil, projection: String? = nil, names: [String: String] = [:],
        values: [String: AttributeValue] = [:]
    ) throws(OperationError) -> [SearchMatch] {
        try run(
            SearchVectors(
                table: table, index: index, vector: vector, topK: topK, condition: condition,
                projection: projection, names: names, values: values)
        ).matches.map { SearchMatch(item: $0.item.item, score: $0.score) }
    }

    /// Carries out a statement of PartiQL. A SELECT is read to its end, a page at a time, between
    /// which others may write; anything else writes one item.
    ///
    /// - Parameter parameters: what question marks stand for, in order.
    /// - Returns: what a SELECT finds, or what a RETURNING asks for.
    /// - Throws: `validation`, `resourceNotFound`, `conditionFailed`, `duplicateItem`, `storage`.
    @discardableResult
    public func execute(
        _ statement: String, _ parameters: [AttributeValue] = []
    ) async throws(OperationError) -> [Item] {
        var request = try ExecuteStatement(statement, parameters: parameters)
        var items: [Item] = []
        while true {
            let page = try await run(request)
            items += page.items.map(\.item)
            guard let next = page.nextToken else { return items }
            request.nextToken = next
        }
    }
}

extension AttributeValue {
    /// A vector as an index reads it from an item: a list of numbers. nil when an element is
    /// infinite or not a number.
    public static func vector(_ elements: [Float]) -> AttributeValue? {
        var numbers: [AttributeValue] = []
        numbers.reserveCapacity(elements.count)
        for element in elements {
            guard let number = try? DecimalNumber(parsing: element.description) else { return nil }
            numbers.append(.number(number))
        }
        return .list(numbers)
    }
}
