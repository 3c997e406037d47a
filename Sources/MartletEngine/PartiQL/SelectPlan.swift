// How a SELECT is answered. The order of the checks, which is what a client sees:
//
//   1. the index: there, of a kind that is read, and not global if the read is to be consistent
//   2. columns that a global index does not hold; paths that lead into keys
//   3. the types of values that keys are compared with
//   4. alternatives that overlap, or are too many
//   5. conditions on what an index does not hold, when it is queried
//   6. ORDER BY

internal import MartletCatalog
internal import MartletExpressions
internal import MartletModel
internal import MartletPartiQL

struct SelectPlan {
    /// Queries that one SELECT may come to.
    private static let branchesLimit = 50
    /// What a page of several queries holds at most.
    static let rowsOfSeveralBranches = 10

    let target: ReadTarget
    let columns: [Select.Column]?
    let projection: ProjectionExpression?
    /// nil: a scan under `filter`.
    let branches: [ReadBranch]?
    let filter: Condition?
    let isForward: Bool

    init(
        _ select: Select, of table: TableDefinition, isConsistent: Bool
    ) throws(OperationError) {
        target = try Self.target(select.source, of: table, isConsistent: isConsistent)
        columns = select.columns
        filter = select.condition
        if let columns = select.columns {
            var roots: [AttributePath] = []
            for column in columns where !roots.contains(AttributePath(column.path.root)) {
                roots.append(AttributePath(column.path.root))
            }
            projection = ProjectionExpression(distinct: roots)
        } else {
            projection = nil
        }
        var reading = PageOptions()
        reading.projection = projection
        _ = try target.fetchesFromTable(reading)
        try table.checkPaths(of: filter.map { ConditionExpression($0) })

        let spread = KeySpread(select.condition, over: target.key)
        try spread.checkTypes()
        var branches = try spread.branches(of: target)
        try branches?.requireDisjoint()
        if let count = branches?.count, count > Self.branchesLimit {
            throw .validation("Too many decomposed read operations for a given query.")
        }
        if spread.hasTooMany, Self.pinsPartition(select.condition, key: target.key) {
            throw .validation("Too many decomposed read operations for a given query.")
        }
        if let branches { try Self.checkFilters(branches, target) }
        isForward = try Self.order(
            select.order, &branches, target, hasCondition: select.condition != nil)
        self.branches = branches
    }

    private static func target(
        _ source: Source, of table: TableDefinition, isConsistent: Bool
    ) throws(OperationError) -> ReadTarget {
        if let name = source.index, table.vectorIndex(named: name) == nil {
            guard let index = table.index(named: name) else {
                throw .validation("The table does not have the specified index")
            }
            if index.kind == .global && isConsistent {
                throw .validation(
                    "Strongly consistent read is not supported on Global Secondary Indexes")
            }
        }
        return try ReadTarget(
            table, indexNamed: source.index, isConsistent: false, for: .scan)
    }

    /// Whether every way in which a condition can hold pins the partition.
    private static func pinsPartition(_ condition: Condition?, key: KeySchema) -> Bool {
        switch condition {
        case .all(let conditions):
            conditions.contains { pinsPartition($0, key: key) }
        case .any(let conditions):
            conditions.allSatisfy { pinsPartition($0, key: key) }
        case .comparison(.path(let path), .equal, .value),
            .comparison(.value, .equal, .path(let path)), .isIn(.path(let path), _):
            path.rest.isEmpty && path.root == key.hash[0].name
        default: false
        }
    }

    /// A query of an index tests what is in the index. The service minds only when every
    /// alternative tests something that is not, and then names what the last one does.
    private static func checkFilters(
        _ branches: [ReadBranch], _ target: ReadTarget
    ) throws(OperationError) {
        guard let index = target.index else { return }
        var missing: [Text] = []
        for branch in branches {
            missing = branch.filter?.attributes.filter { !target.projects($0) } ?? []
            if missing.isEmpty { return }
        }
        let names = missing.map(\.string).joined(separator: ", ")
        throw .validation(
            "One or more parameter values were invalid: Secondary index \(index.name) does not "
                + "project one or more filter attributes: [\(names)]")
    }

    /// Puts the queries into the order asked for; true when each goes forward.
    private static func order(
        _ terms: [Select.OrderTerm], _ branches: inout [ReadBranch]?, _ target: ReadTarget,
        hasCondition: Bool
    ) throws(OperationError) -> Bool {
        guard !terms.isEmpty else { return true }
        guard hasCondition else {
            throw .validation(
                "Must have WHERE clause in the statement when using ORDER BY clause.")
        }
        for term in terms where !target.key.contains(term.attribute) {
            throw .validation(
                "Attribute \(term.attribute) in ORDER BY clause must be part of the primary key")
        }
        guard let sorted = branches else {
            throw .validation(
                "Must have at least one non-optional hash key condition in WHERE clause when using "
                    + "ORDER BY clause.")
        }
        func term(of attributes: [KeyAttribute]) -> Select.OrderTerm? {
            terms.first { term in attributes.contains { $0.name == term.attribute } }
        }
        let partitionTerm = term(of: target.key.hash)
        if partitionTerm == nil, sorted.first?.partition != sorted.last?.partition {
            throw .validation(
                "Must have hash key in ORDER BY clause when more than one hash key condition "
                    + "specified in WHERE clause.")
        }
        // Partitions ascend unless told otherwise, and so does what is in them, except that the
        // service lets it descend when it orders by the partition key alone.
        let partitionsDescend = partitionTerm?.isDescending ?? false
        let rowsDescend = term(of: target.key.range)?.isDescending ?? true
        var groups: [[ReadBranch]] = []
        for branch in sorted {
            if groups.last?.last?.partition == branch.partition {
                groups[groups.count - 1].append(branch)
            } else {
                groups.append([branch])
            }
        }
        if partitionsDescend { groups.reverse() }
        branches = groups.flatMap { rowsDescend ? $0.reversed() : $0 }
        return !rowsDescend
    }
}
