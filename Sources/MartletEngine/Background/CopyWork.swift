internal import MartletCatalog
internal import MartletEncoding
internal import MartletKeyValue

/// Copies items to a backup or a restored table.
///
/// First all items of the source as they are found, while writes go on; then, if they are wanted as
/// of a moment, the history of the source is taken back from its end to that moment. Whatever was
/// found of an item, early or late, the first line about it after that moment has the last word, so
/// the result is exact. A copy of what changed since another moment first looks through the history
/// between the two, and does the same with the items that it finds there alone. Each piece is one
/// batch with the progress in it: a copy that was broken off goes on where it was.
struct CopyWork {
    /// A piece is at most so many rows, and ends after so many bytes.
    private static let (pieceCount, pieceBytes) = (512, 1 << 20)
    /// Other background work gets its turn after so many pieces.
    private static let turnCount = 64

    let work: BackgroundWork
    let copy: TableCopy

    /// - Returns: whether there is nothing left to do, at least not here.
    func run() throws(StorageError) -> Bool {
        for _ in 0..<Self.turnCount {
            guard !work.shouldStop, work.committer.directory.copies[copy.target] == copy else {
                return true
            }
            switch try progress() {
            case nil where copy.since != nil: try noteChanges(before: nil)
            case nil: try copyItems(after: nil)
            case .changes(let line)?: try noteChanges(before: line)
            case .items(let last)?: try copyItems(after: last)
            case .history(let line)?: try takeBack(from: line)
            }
        }
        return work.committer.directory.copies[copy.target] != copy
    }

    private func progress() throws(StorageError) -> TableCopy.Progress? {
        guard let stored = try work.store.value(forKey: copy.progressKey) else { return nil }
        do throws(CorruptRecord) {
            return try TableCopy.Progress(stored: stored)
        } catch {
            throw StorageError(error, in: "copy")
        }
    }

    // MARK: Changes

    /// Leaves a row for each item that changed, from the last change back to the first.
    private func noteChanges(before line: [UInt8]?) throws(StorageError) {
        let copy = copy
        guard let since = copy.since, let until = copy.until else {
            throw StorageError(CorruptRecord("progress without a moment"), in: "copy")
        }
        let range = KeyRange(
            lower: HistoryLine.key(copy.source, since),
            upper: line.map { OrderedKey.tablePrefix(.history, copy.source) + $0 }
                ?? HistoryLine.key(copy.source, until))
        let (lines, position) = try linesFromEnd(of: range)
        try work.commit { (transaction) throws(OperationError) in
            guard transaction.continues(copy) else { return }
            guard !lines.isEmpty else {
                transaction.put(copy.progressKey, TableCopy.Progress.items(through: []).stored)
                return
            }
            let target = OrderedKey.tablePrefix(.change, copy.target)
            for line in lines {
                let key = target + line.itemKey
                let known = try transaction.change(forKey: key)
                let row = ChangeRow(moment: known?.moment ?? line.moment, old: line.record)
                transaction.put(key, row.stored)
            }
            transaction.put(
                copy.progressKey, TableCopy.Progress.changes(before: position).stored)
        }
    }

    // MARK: Items

    private func copyItems(after last: [UInt8]?) throws(StorageError) {
        let source = OrderedKey.tablePrefix(.item, copy.source)
        let walked =
            copy.since == nil ? source : OrderedKey.tablePrefix(.change, copy.target)
        var range = KeyRange.prefix(walked)
        if let last { range.lower = walked + last + [0] }
        let cursor = try work.store.cursor(over: range, .forward)
        var found: [(key: [UInt8], record: ItemRecord?)] = []
        var bytes = 0
        while found.count < Self.pieceCount, bytes < Self.pieceBytes,
            let (key, value) = try cursor.next()
        {
            let itemKey = Array(key[5...])
            let item =
                copy.since == nil ? value : try work.store.value(forKey: source + itemKey)
            found.append((itemKey, try item.map(ItemRecord.init(stored:))))
            bytes += item?.count ?? 0
        }
        let rows = found
        let copy = copy
        guard let end = rows.last?.key else { return try endItems() }
        try work.commit { (transaction) throws(OperationError) in
            guard transaction.continues(copy) else { return }
            try transaction.prepareTally(copy.target)
            let target = OrderedKey.tablePrefix(.item, copy.target)
            var (count, size) = (0, 0)
            for row in rows {
                guard let record = row.record else { continue }
                transaction.append(target + row.key, record.bytes)
                count += 1
                size += record.sizeBytes
            }
            transaction.adjustTally(copy.target, items: count, bytes: size)
            transaction.put(
                copy.progressKey, TableCopy.Progress.items(through: end).stored)
        }
    }

    /// What was copied lacks changes from now on, and has none of them.
    private func endItems() throws(StorageError) {
        let copy = copy
        try work.commit { (transaction) throws(OperationError) in
            guard transaction.continues(copy) else { return }
            guard copy.until != nil else { return transaction.end(copy) }
            let now = HistoryLine.key(copy.source, transaction.historyPoint())
            transaction.put(
                copy.progressKey, TableCopy.Progress.history(from: Array(now[5...])).stored)
        }
    }

    // MARK: History

    private func takeBack(from line: [UInt8]) throws(StorageError) {
        let copy = copy
        guard let until = copy.until else {
            throw StorageError(CorruptRecord("progress without a moment"), in: "copy")
        }
        let range = KeyRange(
            lower: HistoryLine.key(copy.source, until),
            upper: OrderedKey.tablePrefix(.history, copy.source) + line)
        let (lines, position) = try linesFromEnd(of: range)
        var taken = lines
        if copy.since != nil {
            let changes = OrderedKey.tablePrefix(.change, copy.target)
            taken.removeAll(keepingCapacity: true)
            for line in lines
            where try work.store.value(forKey: changes + line.itemKey) != nil {
                taken.append(line)
            }
        }
        let takenBack = taken
        try work.commit { (transaction) throws(OperationError) in
            guard transaction.continues(copy) else { return }
            guard !lines.isEmpty else { return transaction.end(copy) }
            let target = OrderedKey.tablePrefix(.item, copy.target)
            try transaction.prepareTally(copy.target)
            for line in takenBack {
                let key = target + line.itemKey
                let old = try transaction.record(forKey: key)
                if let record = line.record {
                    transaction.put(key, record.bytes)
                } else if old != nil {
                    transaction.delete(key)
                }
                transaction.adjustTally(
                    copy.target, items: (line.record == nil ? 0 : 1) - (old == nil ? 0 : 1),
                    bytes: (line.record?.sizeBytes ?? 0) - (old?.sizeBytes ?? 0))
            }
            transaction.put(
                copy.progressKey, TableCopy.Progress.history(from: position).stored)
        }
    }

    /// A piece of the history.
    /// - Returns: the lines, the last one first, and the end of the first one's key, before which
    ///   the next piece ends.
    private func linesFromEnd(
        of range: KeyRange
    ) throws(StorageError) -> (lines: [PlacedLine], position: [UInt8]) {
        let cursor = try work.store.cursor(over: range, .reverse)
        var found: [PlacedLine] = []
        var position: [UInt8] = []
        var bytes = 0
        while found.count < Self.pieceCount, bytes < Self.pieceBytes,
            let (key, value) = try cursor.next()
        {
            do throws(CorruptRecord) {
                let line = try HistoryLine(stored: value)
                found.append(
                    PlacedLine(
                        moment: try HistoryLine.moment(inKey: key), itemKey: line.itemKey,
                        record: line.record))
            } catch {
                throw StorageError(error, in: "history")
            }
            position = Array(key[5...])
            bytes += value.count
        }
        return (found, position)
    }
}

/// A line of a history, with the moment that its key says.
private struct PlacedLine: Sendable {
    let moment: UInt64
    let itemKey: ArraySlice<UInt8>
    let record: ItemRecord?
}

extension WriteTransaction {
    /// What is known of a change that an export looks for.
    fileprivate func change(forKey key: [UInt8]) throws(OperationError) -> ChangeRow? {
        guard let bytes = try value(forKey: key) else { return nil }
        do throws(CorruptRecord) {
            return try ChangeRow(stored: bytes)
        } catch {
            throw .storage(StorageError(error, in: "change"))
        }
    }
}
