public import MartletCatalog
internal import MartletEncoding
internal import MartletKeyValue
public import MartletModel

/// Scan: reads a whole table or index, or one segment of it, in the order of its hashed keys.
public struct Scan: Sendable {
    public typealias Output = Page

    public struct Segment: Sendable {
        public var number: Int
        public var total: Int

        public init(number: Int, total: Int) {
            self.number = number
            self.total = total
        }
    }

    public var table: TableName
    public var index: Text?
    public var segment: Segment?
    public var reading: PageOptions

    public init(
        table: TableName, index: Text? = nil, segment: Segment? = nil,
        reading: PageOptions = PageOptions()
    ) {
        self.table = table
        self.index = index
        self.segment = segment
        self.reading = reading
    }
}

extension Scan: LongReadOperation {
    package func run(in context: ReadContext) throws(OperationError) -> Page {
        try run(in: context, within: .unlimited)!
    }

    package func run(
        in context: ReadContext, within budget: ReadBudget
    ) throws(OperationError) -> Page? {
        try checkNumbers()
        let table = try context.directory.table(table).definition
        let target = try ReadTarget(
            table, indexNamed: index, isConsistent: reading.isConsistent, for: .scan)
        let range = target.range(of: segment)
        var start: [UInt8]?
        if let position = reading.exclusiveStartKey {
            try target.checkStart(position)
            let key = target.rowKey(of: position)
            guard range.contains(key) else {
                throw .validation(
                    "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use "
                        + "ExclusiveStartKey with correct Segment. TotalSegments: "
                        + "\(segment!.total) Segment: \(segment!.number)")
            }
            start = key
        }
        try table.checkPaths(of: reading.projection)
        try table.checkPaths(of: reading.filter)
        let reader = PageReader(
            context: context, target: target, reading: reading, budget: budget)
        return try reader.page(over: range, .forward, after: start)
    }

    private func checkNumbers() throws(OperationError) {
        var checks = MemberChecks()
        reading.checkLimit(&checks, isQuery: false)
        Segment.check(segment?.number, of: segment?.total, &checks)
        try checks.check()
        do throws(ValidationError) {
            try segment?.requireNumberBelowTotal()
        } catch {
            throw OperationError(error)
        }
    }
}

extension ReadTarget {
    /// All rows, or those whose partition hashes into the segment's share of the hash's range.
    fileprivate func range(of segment: Scan.Segment?) -> KeyRange {
        let prefix = OrderedKey.tablePrefix(space, id)
        var range = KeyRange.prefix(prefix)
        guard let segment, segment.total > 1 else { return range }
        /// The first hash of a segment: 2^64 × number / total, rounded up.
        func boundary(_ number: Int) -> [UInt8] {
            let total = UInt64(segment.total)
            let (quotient, remainder) = total.dividingFullWidth((UInt64(number), total - 1))
            _ = remainder
            var key = prefix
            key.appendBigEndian(quotient)
            return key
        }
        if segment.number > 0 { range.lower = boundary(segment.number) }
        if segment.number + 1 < segment.total { range.upper = boundary(segment.number + 1) }
        return range
    }
}
