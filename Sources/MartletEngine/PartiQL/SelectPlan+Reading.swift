// Carrying out a SELECT: one page, of one query or scan, or of several queries in their order.

internal import MartletCatalog
internal import MartletEncoding
internal import MartletKeyValue
internal import MartletModel
internal import MartletPartiQL

extension SelectPlan {
    /// What a page of the statement says of itself.
    struct Page {
        var items: [ReturnedItem] = []
        var next: StatementToken?
        var capacity: ConsumedCapacity?
    }

    /// Reads a page; nil when it takes more than the budget.
    func page(
        _ statement: ExecuteStatement, in context: ReadContext, within budget: ReadBudget
    ) throws(OperationError) -> Page? {
        var reading = PageOptions()
        reading.projection = projection
        reading.isConsistent = statement.isConsistent
        reading.capacityReport = statement.capacityReport
        reading.limit = statement.limit
        let start = try statement.nextToken.map { bytes throws(OperationError) in
            try StatementToken(bytes, for: statement.parsed)
        }
        guard let branches else {
            return try scan(reading, from: start, in: context, within: budget)
        }
        return try queries(branches, reading, from: start, in: context, within: budget)
    }

    private func scan(
        _ reading: PageOptions, from start: StatementToken?, in context: ReadContext,
        within budget: ReadBudget
    ) throws(OperationError) -> Page? {
        var reading = reading
        reading.filter = target.test(filter)
        if let start, start.branch != 0 || start.position == nil { throw .invalidToken }
        let reader = PageReader(
            context: context, target: target, reading: reading, budget: budget)
        let range = KeyRange.prefix(OrderedKey.tablePrefix(target.space, target.id))
        guard
            let page = try reader.page(
                over: range, .forward, after: try rowKey(of: start?.position, in: range))
        else { return nil }
        return Page(
            items: columned(page.items ?? []),
            next: page.lastEvaluatedKey.map { StatementToken(branch: 0, position: $0) },
            capacity: page.capacity)
    }

    private func queries(
        _ branches: [ReadBranch], _ reading: PageOptions, from start: StatementToken?,
        in context: ReadContext, within budget: ReadBudget
    ) throws(OperationError) -> Page? {
        var reading = reading
        var rowsLeft = reading.limit ?? .max
        if branches.count > 1 { rowsLeft = min(rowsLeft, Self.rowsOfSeveralBranches) }
        var bytesLeft = Limits.pageBytes
        var result = Page()
        var position = start?.position
        guard branches.indices.contains(start?.branch ?? 0) else { throw .invalidToken }
        for index in (start?.branch ?? 0)..<branches.count {
            let branch = branches[index]
            guard rowsLeft > 0, bytesLeft > 0 else {
                result.next = StatementToken(branch: index, position: nil)
                break
            }
            reading.limit = rowsLeft == .max ? nil : rowsLeft
            reading.filter = target.test(branch.filter)
            let reader = PageReader(
                context: context, target: target, reading: reading, budget: budget)
            guard
                let page = try reader.page(
                    over: branch.range, isForward ? .forward : .reverse,
                    after: try rowKey(of: position, in: branch.range))
            else { return nil }
            position = nil
            result.items += columned(page.items ?? [])
            result.capacity.add(page.capacity)
            if let last = page.lastEvaluatedKey, !branch.pinsRow {
                result.next = StatementToken(branch: index, position: last)
                break
            }
            if rowsLeft != .max { rowsLeft -= page.scannedCount }
            bytesLeft -= (page.items ?? []).reduce(0) { $0 + $1.sizeBytes }
        }
        return result
    }

    /// The row key of a start position, which must be one that the read could have ended at.
    private func rowKey(
        of position: Item?, in range: KeyRange
    ) throws(OperationError) -> [UInt8]? {
        guard let position else { return nil }
        try target.checkStart(position)
        let key = target.rowKey(of: position)
        guard range.contains(key) else { throw .invalidToken }
        return key
    }

    /// The columns asked for, under their names.
    private func columned(_ items: [ReturnedItem]) -> [ReturnedItem] {
        items.map { columns.shown($0) }
    }
}

extension [Select.Column]? {
    /// What the columns show of an item.
    func shown(_ item: ReturnedItem) -> ReturnedItem {
        guard let self else { return item }
        let whole = item.item
        var shown = Item(minimumCapacity: self.count)
        for column in self { shown[column.name] = whole.value(at: column.path) }
        return .item(shown)
    }
}
