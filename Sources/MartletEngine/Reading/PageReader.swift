// Reads a page of rows: what Query and Scan share.
//
// A page ends when the rows read reach the limit or, counted as DynamoDB counts them, exceed
// 1 MB; the row that exceeds it still belongs to the page. The filter acts afterwards, so a page
// may be empty and still have a successor. All rows of a page are of one moment.

internal import MartletCatalog
internal import MartletEncoding
internal import MartletExpressions
internal import MartletKeyValue
internal import MartletModel

struct PageReader {
    let context: ReadContext
    let target: ReadTarget
    let reading: PageOptions
    let budget: ReadBudget

    /// Reads rows of `range` after the start position, in the direction asked for; nil when the
    /// page takes more than the budget.
    func page(
        over range: KeyRange, _ direction: ScanDirection, after start: [UInt8]?
    ) throws(OperationError) -> Page? {
        let fetches = try target.fetchesFromTable(reading)
        let read: (page: Page, tally: PageTally)?
        do throws(StorageError) {
            if fetches {
                let snapshot = try context.store.snapshot()
                read = try page(
                    over: range, direction, after: start, reading: snapshot, fetching: snapshot)
            } else {
                read = try page(
                    over: range, direction, after: start, reading: context.store, fetching: nil)
            }
        } catch {
            throw .storage(error)
        }
        if let read { try spend(read.tally) }
        return read?.page
    }

    private func page(
        over range: KeyRange, _ direction: ScanDirection, after start: [UInt8]?,
        reading rows: any KeyValueReadable, fetching items: (any KeyValueReadable)?
    ) throws(StorageError) -> (page: Page, tally: PageTally)? {
        var range = range
        if let start {
            switch direction {
            case .forward: range.lower = start + [0]
            case .reverse: range.upper = start
            }
        }
        var tally = PageTally()
        var found: [ReturnedItem] = []
        var last: ItemRecord?
        if !range.isEmpty {
            let cursor = try rows.cursor(over: range, direction)
            while let row = try cursor.next() {
                var record = try ItemRecord(stored: row.value)
                tally.scannedCount += 1
                tally.rowBytes += record.sizeBytes
                let isLast =
                    tally.scannedCount == reading.limit || tally.rowBytes > Limits.pageBytes
                if isLast {
                    last = record
                } else if tally.isBeyond(budget) {
                    return nil
                }
                if let items {
                    record = try fetch(record, from: items)
                    tally.addFetched(record, isConsistent: reading.isConsistent)
                }
                if reading.filter?.holds(for: record) ?? true {
                    tally.count += 1
                    if reading.select != .count {
                        found.append(record.returned(through: reading.projection))
                    }
                }
                if isLast { break }
            }
        }
        let page = Page(
            items: reading.select == .count ? nil : found, count: tally.count,
            scannedCount: tally.scannedCount, lastEvaluatedKey: last.map(target.position),
            capacity: capacity(tally))
        return (page, tally)
    }

    private func fetch(
        _ row: ItemRecord, from items: any KeyValueReadable
    ) throws(StorageError) -> ItemRecord {
        guard let key = try? target.table.key.primaryKey(ofItem: row),
            let bytes = try items.value(forKey: target.table.rowKey(key))
        else {
            throw .corruption(file: nil, offset: nil, detail: "an index row without its item")
        }
        return try ItemRecord(stored: bytes)
    }

    /// Counts what the page has cost, or refuses it.
    private func spend(_ tally: PageTally) throws(OperationError) {
        let rows = ConsumedCapacity.readUnits(
            bytes: tally.rowBytes, isConsistent: reading.isConsistent)
        // A local index reads at its table's cost.
        try context.spend(rows + tally.fetchedUnits, on: target.table, index: target.index)
    }

    private func capacity(_ tally: PageTally) -> ConsumedCapacity? {
        guard reading.capacityReport != .none else { return nil }
        let rows = ConsumedCapacity.readUnits(
            bytes: tally.rowBytes, isConsistent: reading.isConsistent)
        var capacity = ConsumedCapacity(table: target.table.name, total: rows + tally.fetchedUnits)
        guard reading.capacityReport == .indexes else { return capacity }
        guard let index = target.index else {
            capacity.tableUnits = rows
            return capacity
        }
        capacity.tableUnits = tally.fetchedUnits
        switch index.kind {
        case .local: capacity.localIndexUnits = [(index.name, rows)]
        case .global: capacity.globalIndexUnits = [(index.name, rows)]
        }
        return capacity
    }
}

/// What a page has read so far.
private struct PageTally {
    var count = 0
    var scannedCount = 0
    var rowBytes = 0
    /// Units for items that a local index had to fetch from its table, each rounded up by itself.
    var fetchedUnits = 0.0
    private var fetchedCount = 0

    mutating func addFetched(_ item: ItemRecord, isConsistent: Bool) {
        fetchedCount += 1
        fetchedUnits += ConsumedCapacity.readUnits(
            bytes: item.sizeBytes, isConsistent: isConsistent)
    }

    func isBeyond(_ budget: ReadBudget) -> Bool {
        rowBytes > budget.rowBytes
            || scannedCount + fetchedCount * ReadBudget.rowsPerFetch > budget.rows
    }
}
