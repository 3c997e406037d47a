internal import MartletCatalog
internal import MartletEncoding
internal import MartletKeyValue

/// Copies items to a backup or a restored table.
///
/// First all items of the source as they are found, while writes go on; then, if they are wanted as
/// of a moment, the history of the source is taken back from its end to that moment. Whatever was
/// found of an item, early or late, the first line about it after that moment has the last word, so
/// the result is exact. Each piece is one batch with the progress in it: a copy that was broken off
/// goes on where it was.
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
            case nil: try copyItems(after: nil)
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

    // MARK: Items

    private func copyItems(after last: [UInt8]?) throws(StorageError) {
        let source = OrderedKey.tablePrefix(.item, copy.source)
        var range = KeyRange.prefix(source)
        if let last { range.lower = source + last + [0] }
        let cursor = try work.store.cursor(over: range, .forward)
        var found: [(key: [UInt8], record: ItemRecord)] = []
        var bytes = 0
        while found.count < Self.pieceCount, bytes < Self.pieceBytes,
            let (key, value) = try cursor.next()
        {
            found.append((Array(key[5...]), try ItemRecord(stored: value)))
            bytes += value.count
        }
        let rows = found
        let copy = copy
        guard let end = rows.last?.key else { return try endItems() }
        try work.commit { (transaction) throws(OperationError) in
            guard transaction.continues(copy) else { return }
            try transaction.prepareTally(copy.target)
            let target = OrderedKey.tablePrefix(.item, copy.target)
            var size = 0
            for row in rows {
                transaction.append(target + row.key, row.record.bytes)
                size += row.record.sizeBytes
            }
            transaction.adjustTally(copy.target, items: rows.count, bytes: size)
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
        let cursor = try work.store.cursor(over: range, .reverse)
        var found: [HistoryLine] = []
        var last: [UInt8] = []
        var bytes = 0
        while found.count < Self.pieceCount, bytes < Self.pieceBytes,
            let (key, value) = try cursor.next()
        {
            do throws(CorruptRecord) {
                found.append(try HistoryLine(stored: value))
            } catch {
                throw StorageError(error, in: "history")
            }
            last = Array(key[5...])
            bytes += value.count
        }
        let (lines, position) = (found, last)
        try work.commit { (transaction) throws(OperationError) in
            guard transaction.continues(copy) else { return }
            guard !lines.isEmpty else { return transaction.end(copy) }
            let target = OrderedKey.tablePrefix(.item, copy.target)
            try transaction.prepareTally(copy.target)
            for line in lines {
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
}
