// What holds of vector indexes in the store. Their graphs are not in it: they are made from the items
// and checked where they are.

internal import MartletCatalog
internal import MartletEncoding
internal import MartletIndexes
internal import MartletKeyValue
internal import MartletModel

extension InvariantChecker {
    /// Counts what an index holds. An index being filled holds the items up to the walk's position.
    mutating func checkVectors(
        of index: VectorIndexDefinition, in table: TableDefinition
    ) throws(StorageError) {
        let position = try rows.value(forKey: VectorJournal.walkKey(index.id))
        if position != nil, index.status == .active {
            report(
                .strayWalk, table, indexName: index.name, key: VectorJournal.walkKey(index.id))
        }
        let walk = VectorWalk(position: position)
        var tally = Tally()
        let cursor = try rows.cursor(
            over: .prefix(OrderedKey.tablePrefix(.item, table.id)), .forward)
        while let (key, value) = try cursor.next() {
            guard index.status == .active || walk.hasPassed(key) else { break }
            // A damaged item is reported where items are walked.
            guard let record = try? ItemRecord(verifying: value) else { continue }
            let view = VectorView(of: record, in: index, of: table)
            tally.savedBytes += view.savedBytes ?? 0
            guard let row = view.row else { continue }
            tally.itemCount += 1
            tally.sizeBytes += row.sizeBytes
        }
        try compare(tally, id: index.id, table, indexName: index.name)
    }

    mutating func checkJournal(
        of index: VectorIndexDefinition, in table: TableDefinition
    ) throws(StorageError) {
        let next = try nextSequence()
        let items = OrderedKey.tablePrefix(.item, table.id)
        let cursor = try rows.cursor(over: .prefix(VectorJournal.prefix(index.id)), .forward)
        while let (key, value) = try cursor.next() {
            guard let sequence = try? VectorJournal.sequence(inKey: key), value.starts(with: items)
            else {
                report(.unreadableJournalLine, table, indexName: index.name, key: key)
                continue
            }
            if sequence >= next {
                report(.unissuedSequence, table, indexName: index.name, key: key)
            }
        }
    }

    mutating func checkSequence() throws(StorageError) {
        guard let stored = try rows.value(forKey: VectorJournal.nextSequenceKey),
            (try? VectorJournal.decodeNextSequence(stored)) == nil
        else { return }
        report(.unreadableSequence, nil, key: VectorJournal.nextSequenceKey)
    }

    private func nextSequence() throws(StorageError) -> UInt64 {
        let stored = try rows.value(forKey: VectorJournal.nextSequenceKey)
        return stored.flatMap { try? VectorJournal.decodeNextSequence($0) }
            ?? VectorJournal.firstSequence
    }
}
