// A history is a list of steps. Each has a seed of its own, from which all that it does follows, so a
// step means the same when others before it are left out: that is what makes histories shrink.

internal import MartletTestBasics

package struct Step: Sendable, CustomStringConvertible {
    package enum Kind: String, Sendable, CaseIterable {
        /// Some writes that arrive together: puts, updates, deletes, batches, transactions.
        case write
        /// Statements of PartiQL.
        case statement
        /// A transaction whose token was used before.
        case repeatTransaction
        case get, query, scan, search
        case createTable, deleteTable
        case createIndex, deleteIndex
        case createVectorIndex, deleteVectorIndex
        case changeExpiry, changeStream, changeRecovery
        /// A moment to come back to.
        case remember
        case restoreMoment
        case backUp, restoreBackup, deleteBackup
        case moveClock
        /// Indexes are filled, items expire, backups are copied, what is old goes; clients write
        /// between the pieces.
        case background
        /// Vectors that are pending go into the graphs.
        case carry
        /// Everything is compared.
        case compare
        /// The power is cut, at some commit of the step that comes with it.
        case crash
        /// A read fails.
        case failRead
        case reopen

        /// How often it happens, beside the others.
        var weight: Int {
            switch self {
            case .write: 420
            case .statement: 60
            case .repeatTransaction: 20
            case .get: 40
            case .query: 80
            case .scan: 30
            case .search: 60
            case .createTable: 12
            case .deleteTable: 4
            case .createIndex, .createVectorIndex: 8
            case .deleteIndex, .deleteVectorIndex: 4
            case .changeExpiry, .changeStream: 4
            case .changeRecovery: 6
            case .remember: 20
            case .restoreMoment, .restoreBackup: 6
            case .backUp: 8
            case .deleteBackup: 4
            case .moveClock: 30
            case .background: 60
            case .carry: 50
            case .compare: 6
            case .crash: 20
            case .failRead: 20
            case .reopen: 6
            }
        }
    }

    package var kind: Kind
    package var seed: UInt64

    package init(_ kind: Kind, seed: UInt64) {
        self.kind = kind
        self.seed = seed
    }

    package var description: String { "\(kind) \(seed)" }

    /// So many steps, as a seed has them.
    package static func history(seed: UInt64, count: Int) -> [Step] {
        let total = Kind.allCases.reduce(0) { $0 + $1.weight }
        var random = SeededRandom(seed: seed)
        return (0..<count).map { _ in
            var place = random.below(total)
            let kind = Kind.allCases.first { kind in
                place -= kind.weight
                return place < 0
            }
            return Step(kind!, seed: random.next() >> 16)
        }
    }
}
