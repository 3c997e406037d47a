// A commit as items of a table.

internal import MartletKeyValue
internal import MartletModel

enum TableAction {
    case put(AttributeMap, byteCount: Int)
    /// `record`: whose item it is, for the journal; nil for a record's further pieces and all else.
    case delete(AttributeMap, record: [UInt8]?)

    /// At least what the service counts.
    var byteCount: Int {
        switch self {
        case .put(_, let byteCount): byteCount + 100
        case .delete: 100
        }
    }
}

struct TableChanges {
    private enum Change {
        case put([UInt8], [UInt8])
        /// `byteCount` of what is deleted.
        case delete([UInt8], byteCount: Int)
    }

    /// The head's own name.
    private(set) var headName: [UInt8] = []

    private let keys: IndexKeys
    private let local: any KeyValueStore
    private var changes: [Change] = []

    init(_ keys: IndexKeys, _ local: any KeyValueStore) {
        self.keys = keys
        self.local = local
    }

    /// Puts whose names are deleted by the same batch are left out: a transaction has an item once.
    mutating func take(_ batch: borrowing WriteBatch) throws(StorageError) {
        var deleted: Set<[UInt8]> = []
        batch.forEachChange { change in
            if case .delete(let name) = change { deleted.insert(Array(name)) }
        }
        var unmade: Set<[UInt8]> = []
        batch.forEachChange { change in
            switch change {
            case .put(let name, let value):
                let name = Array(name)
                if deleted.contains(name) {
                    unmade.insert(name)
                } else {
                    changes.append(.put(name, Array(value)))
                }
            case .delete(let name):
                let name = Array(name)
                if !unmade.contains(name) { changes.append(.delete(name, byteCount: 0)) }
            case .deleteRange:
                // A sealed store deletes record by record.
                preconditionFailure("a range of sealed records")
            }
        }
        for place in changes.indices {
            guard case .delete(let name, _) = changes[place] else { continue }
            _ = try local.withValue(forKey: name) { bytes in
                changes[place] = .delete(name, byteCount: bytes.byteCount)
            }
        }
        for case .put(IndexKeys.headSort, let value) in changes {
            headName = Array(value.prefix(Mark.headBytes))
        }
    }

    /// In the order that a storage needs which makes them one after the other.
    func actions() -> (actions: [TableAction], headPieces: (name: [UInt8], count: Int)?) {
        var actions: [TableAction] = []
        actions.reserveCapacity(changes.count)
        var headPieces: (name: [UInt8], count: Int)?
        for change in changes {
            switch change {
            case .put(IndexKeys.headSort, let value):
                var item = keys.key(IndexKeys.small, IndexKeys.headSort)
                let pieces = Self.pieces(of: value)
                if pieces.count > 1 {
                    // It is used once: what an earlier head needs stays as it is.
                    let name = headName
                    for (number, piece) in pieces.enumerated().dropFirst() {
                        actions.append(Self.put(keys.headPiece(name, number), piece))
                    }
                    item["n"] = .binary(name)
                    headPieces = (name, pieces.count - 1)
                }
                actions.append(Self.put(item, pieces[0]))
            case .put(let name, let value):
                for (number, piece) in Self.pieces(of: value).enumerated() {
                    actions.append(Self.put(keys.key(of: name, piece: number), piece))
                }
            case .delete(let name, let byteCount):
                let isRecord = IndexKeys.isNumbered(name)
                actions.append(.delete(keys.key(of: name), record: isRecord ? name : nil))
                for number in 1..<max(1, Self.pieceCount(byteCount)) {
                    actions.append(.delete(keys.key(of: name, piece: number), record: nil))
                }
            }
        }
        return (actions, headPieces)
    }

    private static func put(_ key: AttributeMap, _ value: ArraySlice<UInt8>) -> TableAction {
        var item = key
        item["v"] = .binary(Array(value))
        return .put(item, byteCount: value.count)
    }

    private static func pieceCount(_ byteCount: Int) -> Int {
        max(1, (byteCount + TableSealedStorage.pieceBytes - 1) / TableSealedStorage.pieceBytes)
    }

    private static func pieces(of value: [UInt8]) -> [ArraySlice<UInt8>] {
        (0..<pieceCount(value.count)).map { number in
            let start = number * TableSealedStorage.pieceBytes
            return value[start..<min(start + TableSealedStorage.pieceBytes, value.count)]
        }
    }
}
