public import MartletCatalog
internal import MartletEncoding
public import MartletExpressions
internal import MartletKeyValue
public import MartletModel

/// Query: reads one partition of a table or an index in the order of its sort key.
public struct Query: Sendable {
    public typealias Output = Page

    public var table: TableName
    public var index: Text?
    public var keyCondition: KeyCondition
    public var isForward: Bool
    public var reading: PageOptions

    public init(
        table: TableName, index: Text? = nil, keyCondition: KeyCondition, isForward: Bool = true,
        reading: PageOptions = PageOptions()
    ) {
        self.table = table
        self.index = index
        self.keyCondition = keyCondition
        self.isForward = isForward
        self.reading = reading
    }
}

/// What Query and Scan have in common.
public struct PageOptions: Sendable {
    public enum Select: Sendable {
        case allAttributes, allProjectedAttributes, specificAttributes, count
    }

    /// nil: ALL_ATTRIBUTES on a table, ALL_PROJECTED_ATTRIBUTES on an index,
    /// SPECIFIC_ATTRIBUTES with a projection.
    public var select: Select?
    public var projection: ProjectionExpression?
    public var filter: ConditionExpression?
    /// Rows to read at most, before the filter.
    public var limit: Int?
    public var exclusiveStartKey: Item?
    public var isConsistent = false
    public var capacityReport = CapacityReport.none

    public init() {}
}

/// One page of a Query or a Scan.
public struct Page: Sendable {
    /// nil for COUNT.
    public var items: [ReturnedItem]?
    public var count: Int
    public var scannedCount: Int
    public var lastEvaluatedKey: Item?
    public var capacity: ConsumedCapacity?
}

extension Query: LongReadOperation {
    package func run(in context: ReadContext) throws(OperationError) -> Page {
        try run(in: context, within: .unlimited)!
    }

    package func run(
        in context: ReadContext, within budget: ReadBudget
    ) throws(OperationError) -> Page? {
        var checks = MemberChecks()
        reading.checkLimit(&checks, isQuery: true)
        try checks.check()
        let table = try context.directory.table(table).definition
        let target = try ReadTarget(
            table, indexNamed: index, isConsistent: reading.isConsistent, for: .query)
        let range = try target.range(for: keyCondition)
        try table.checkPaths(of: reading.projection)
        try target.checkFilter(reading.filter)
        try table.checkPaths(of: reading.filter)
        let reader = PageReader(
            context: context, target: target, reading: reading, budget: budget)
        var start: [UInt8]?
        if let position = reading.exclusiveStartKey {
            if target.hasOneRowPartitions {
                throw .validation(
                    "The query can return at most one row and cannot be restarted")
            }
            start = try target.startKey(position, in: range)
        }
        var page = try reader.page(over: range, isForward ? .forward : .reverse, after: start)
        if target.hasOneRowPartitions { page?.lastEvaluatedKey = nil }
        return page
    }
}

extension ReadTarget {
    /// A query's filter acts on what its key condition cannot say; key attributes are for that.
    func checkFilter(_ filter: ConditionExpression?) throws(OperationError) {
        guard let filter else { return }
        for path in filter.paths where key.contains(path.root) {
            let name = filter.isLegacy ? "QueryFilter" : "Filter Expression"
            throw .validation(
                "\(name) can only contain non-primary key attributes: Primary key "
                    + "attribute: \(path.root)")
        }
    }

    /// A table without a sort key has one item in each partition, so a query of it has one page.
    fileprivate var hasOneRowPartitions: Bool { index == nil && key.range.isEmpty }

    /// The row key to go on from, which must be one that the query could have ended at.
    fileprivate func startKey(
        _ position: Item, in range: KeyRange
    ) throws(OperationError) -> [UInt8] {
        try checkStart(position)
        let start = rowKey(of: position)
        let partition = OrderedKey.partition(space, id, key.hash.map { position[$0.name]! })
        guard range.lower.starts(with: partition) else {
            throw .validation(
                "The provided starting key is outside query boundaries based on provided conditions"
            )
        }
        guard range.contains(start) else {
            throw .validation("The provided starting key does not match the range key predicate")
        }
        return start
    }
}
