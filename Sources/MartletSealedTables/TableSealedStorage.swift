// The sealed records of one index in a table, and the same bytes here: in memory, or in a folder that
// makes the next opening cheap. Every read is answered from here; a commit goes to the table first.
//
// Writing. Each transaction with the table changes the writer's item, on the condition that it is as
// it was last seen: what was written by somebody else meanwhile, or is answered too late, cannot come
// between. A commit that fits is one transaction. A larger one is several, in the order of
// `SealedStorage.commit`: until that with the head, it has not happened, and after it, it has.
//
// Reading. The writer's item is read before all others and after them; if it was changed in between,
// what changed is read again (TableSealedStorage+Reading.swift).
//
// Bytes here are checked like those from the table: they have to be the records of the table's head.
// If they are not, whoever opens the storage takes another with nothing in it.
//
// Thread safety: any thread. Methods that go to the table block.

internal import MartletClient
package import MartletKeyValue
internal import MartletModel
package import MartletSealing
internal import Synchronization

package final class TableSealedStorage: SealedStorage {
    struct State {
        /// The writer's item as it was last seen; nil before there is one.
        var writing: Writing?
        /// The newest here or in the table.
        var anchor: [UInt8]?
        var isAnchorStored = false
        /// The name of the stored head's pieces, and how many there are.
        var headPieces: (name: [UInt8], count: Int)?
        /// Items that a commit left that did not come to its end, besides records.
        var leftovers: [AttributeMap] = []
        /// Actions of a transaction: fewer after the service refused some.
        var limit = TableSealedStorage.mostActions
    }

    /// Who wrote last, and how often was written.
    struct Writing: Equatable {
        var writer: [UInt8]
        var count: UInt64
    }

    /// A transaction has 100 actions, of which three are the storage's own.
    static let mostActions = 97
    /// And 4 MB.
    static let mostBytes = 3_500_000
    static let pieceBytes = 380_000
    /// How long it is known which records were deleted, in transactions.
    static let journalCount: UInt64 = 4096
    /// How often a transaction is tried that the service refuses.
    private static let attempts = 16

    let table: SealedTable
    let keys: IndexKeys
    /// What is in the table, under the records' names, and the mark.
    let local: any KeyValueStore
    /// Of which the anchor is used.
    let parts: any SealedSideParts
    let state: Mutex<State>
    private let writer = randomBytes(16)
    private let records: KeyValueSealedStorage

    private static let recordRange = KeyRange(lower: [], upper: markName)
    /// Beside the records: of which state of the table they are (`Mark`).
    static let markName: [UInt8] = [0xFF]

    /// A storage of an index that the table need not have. Reads nothing; `refresh` does.
    ///
    /// - Parameters:
    ///   - index: the 16 bytes of its folder.
    ///   - local: empty, or as an earlier storage of this index left it, or damaged. Closed with
    ///     this.
    ///   - parts: the anchor as it was here, which tells when the table is put back.
    package init(
        _ table: SealedTable, index: [UInt8], local: any KeyValueStore,
        parts: any SealedSideParts
    ) {
        self.table = table
        keys = IndexKeys(index)
        self.local = local
        self.parts = parts
        records = KeyValueSealedStorage(local, parts, range: Self.recordRange)
        state = Mutex(State())
    }

    // MARK: Parts

    package func keyring() throws(SealingError) -> [UInt8]? {
        do throws(StorageError) {
            return try table.keyring(of: keys.index)
        } catch {
            throw .storage(error)
        }
    }

    /// Also shuts out whoever else writes, so that they go on with this keyring or not at all.
    package func replaceKeyring(_ bytes: [UInt8]) throws(SealingError) {
        do throws(StorageError) {
            try state.withLock { state throws(StorageError) in
                var item = keys.keyring
                item["v"] = .binary(bytes)
                try write([.put(item, byteCount: bytes.count)], &state)
            }
        } catch {
            throw .storage(error)
        }
    }

    package func anchor() -> [UInt8]? { state.withLock { $0.anchor } }

    /// Goes to the table with the next transaction: there it may be one version too old.
    package func noteAnchor(_ bytes: [UInt8]) throws(StorageError) {
        try state.withLock { state throws(StorageError) in
            state.anchor = bytes
            if !state.isAnchorStored { try write([], &state) }
            try parts.noteAnchor(bytes)
        }
    }

    // MARK: Records

    package func forEachRecord(
        _ body: (_ name: RawSpan, _ bytes: RawSpan) throws(SealingError) -> Void
    ) throws(SealingError) {
        try records.forEachRecord(body)
    }

    package func commit(
        _ batch: borrowing WriteBatch, _ durability: Durability
    ) throws(StorageError) {
        var changes = TableChanges(keys, local)
        try changes.take(batch)
        try state.withLock { state throws(StorageError) in
            var (actions, pieces) = changes.actions()
            if let old = state.headPieces {
                for number in 1...old.count {
                    actions.append(.delete(keys.headPiece(old.name, number), record: nil))
                }
            }
            actions += state.leftovers.map { .delete($0, record: nil) }
            try write(actions, &state)
            state.headPieces = pieces
            state.leftovers = []
            guard let writing = state.writing else { return }
            var here = WriteBatch(capacityBytes: batch.byteCount + 128)
            here.append(batch)
            here.put(Self.markName, Mark(writing, head: changes.headName).bytes)
            try local.commit(here, .async)
        }
    }

    package func snapshot() throws(StorageError) -> any SealedReading { try records.snapshot() }

    package func withRecord(
        named name: [UInt8], _ body: (RawSpan) throws(StorageError) -> Void
    ) throws(StorageError) -> Bool {
        try records.withRecord(named: name, body)
    }

    package func records(named names: [[UInt8]]) throws(StorageError) -> [[UInt8]?] {
        try records.records(named: names)
    }

    package var byteCount: UInt64 { records.byteCount }

    package func sync() throws(StorageError) {}
    package func close() throws(StorageError) { try local.close() }

    // MARK: Transactions

    /// Makes changes in their order, in one transaction or, if they are too many, in several.
    ///
    /// - Throws: `changedElsewhere`, with nothing written; `remote`, then some transactions may have
    ///   been made.
    private func write(_ actions: [TableAction], _ state: inout State) throws(StorageError) {
        var rest = actions[...]
        var refusals = 0
        repeat {
            var bytes = 0
            let part = rest.prefix(state.limit).prefix { action in
                bytes += action.byteCount
                return bytes <= Self.mostBytes
            }
            guard part.count > 0 || rest.isEmpty else {
                preconditionFailure("an item is larger than a transaction")
            }
            if try transact(part, &state) {
                rest = rest.dropFirst(part.count)
                refusals = 0
                state.limit = min(Self.mostActions, state.limit + state.limit / 4 + 1)
            } else {
                refusals += 1
                guard refusals < Self.attempts else {
                    throw .remote("the service refused a transaction \(refusals) times")
                }
                // The fewer there are, the likelier it is that none is refused.
                state.limit = max(4, part.count / 2)
                table.client.pause(after: refusals)
            }
        } while !rest.isEmpty
    }

    /// - Returns: false when it was refused, and may not be later.
    private func transact(
        _ actions: ArraySlice<TableAction>, _ state: inout State
    ) throws(StorageError) -> Bool {
        let next = Writing(writer: writer, count: (state.writing?.count ?? 0) + 1)
        var all: [TransactWriteRequest.Action] = [.update(update(to: next, state))]
        var deleted: [UInt8] = []
        for action in actions {
            switch action {
            case .put(let item, _):
                all.append(.put(PutItemRequest(table: table.name, item: item)))
            case .delete(let key, let record):
                all.append(.delete(DeleteItemRequest(table: table.name, key: key)))
                if let record { deleted += record }
            }
        }
        if !deleted.isEmpty {
            var item = keys.journal(next.count)
            item["v"] = .binary(deleted)
            all.append(.put(PutItemRequest(table: table.name, item: item)))
        }
        if next.count > Self.journalCount {
            let old = keys.journal(next.count - Self.journalCount)
            all.append(.delete(DeleteItemRequest(table: table.name, key: old)))
        }
        do throws(ClientError) {
            try table.client.perform(TransactWriteRequest(all))
        } catch {
            switch Refusal(error) {
            case .changed where try !isWritten(next): throw .changedElsewhere
            case .passing: return false
            case .unknown where (try? isWritten(next)) != true: throw StorageError(error)
            case .final: throw StorageError(error)
            case .changed, .unknown: break
            }
        }
        state.writing = next
        state.isAnchorStored = state.anchor != nil
        return true
    }

    private func update(to next: Writing, _ state: State) -> UpdateItemRequest {
        var update = UpdateItemRequest(
            table: table.name, key: keys.writer, update: "SET #w = :w, #c = :c",
            names: ["#w": "w", "#c": "c"],
            values: [":w": .binary(next.writer), ":c": .number(DecimalNumber(Int(next.count)))])
        if let anchor = state.anchor {
            update.update += ", #a = :a"
            update.names["#a"] = "a"
            update.values[":a"] = .binary(anchor)
        }
        if let seen = state.writing {
            update.condition = "#w = :ow AND #c = :oc"
            update.values[":ow"] = .binary(seen.writer)
            update.values[":oc"] = .number(DecimalNumber(Int(seen.count)))
        } else {
            update.condition = "attribute_not_exists(#w)"
        }
        return update
    }

    /// Whether a transaction was made whose answer was lost.
    private func isWritten(_ writing: Writing) throws(StorageError) -> Bool {
        guard let item = try table.item(keys.writer) else { return false }
        return try Writing(item) == writing
    }
}

extension TableSealedStorage.Writing {
    init(_ item: AttributeMap) throws(StorageError) {
        guard case .number(let number)? = item["c"], let count = UInt64(number.description) else {
            throw .malformedItem
        }
        self.init(writer: try item.bytes("w"), count: count)
    }
}

/// What a failed transaction means.
private enum Refusal {
    /// Nothing was written: the writer's item is another.
    case changed
    /// Nothing was written this time.
    case passing
    /// It may have been written.
    case unknown
    /// Nothing was written, nor would be.
    case final

    init(_ error: ClientError) {
        switch error {
        case .service(let service) where service.code == "TransactionCanceledException":
            let codes = service.cancellationReasons.map(\.code)
            if codes.first == "ConditionalCheckFailed" {
                self = .changed
            } else {
                let passing = [
                    "None", "ThrottlingError", "TransactionConflict",
                    "ProvisionedThroughputExceeded", "RequestLimitExceeded",
                ]
                self = codes.allSatisfy(passing.contains) ? .passing : .final
            }
        case .service(let service):
            self =
                switch service.kind {
                case .throttling: .passing
                case .transient: .unknown
                case .final: .final
                }
        case .transport(let transport): self = transport.isUnsent ? .final : .unknown
        case .unreadableAnswer, .cancelled: self = .unknown
        case .closed, .unusableRequest: self = .final
        }
    }
}
