package import MartletCatalog
package import MartletEncoding
internal import MartletKeyValue
package import MartletModel

/// Something in the store that does not agree with the rest of it. Names the place, never a key or
/// a value; a problem that many rows share is one finding with their number. Rows can be told apart
/// by the hashes of their keys.
package struct InvariantFinding: Hashable, Sendable {
    package enum Problem: String, Hashable, Sendable, Comparable {
        case unreadableDefinition = "a table's definition cannot be read"
        case misplacedDefinition = "a table's definition is stored under another name"
        case sharedNumber = "two tables or indexes have the same number"
        case unissuedNumber = "a table or index has a number that was not given out yet"
        case unreadableSequence = "the sequence of numbers cannot be read"

        case unreadableItem = "an item's record is damaged"
        case misplacedItem = "an item is stored under another key"
        case wrongItemSize = "an item's stored size is not its size"
        case missingIndexRow = "an item has no row in an index that it belongs to"

        case unreadableIndexRow = "an index row's record is damaged"
        case strayIndexRow = "an index row has no item"
        case misplacedIndexRow = "an index row is not where its item says"
        case outdatedIndexRow = "an index row differs from its item"

        case unreadableJournalLine = "a line of a vector index's journal cannot be read"
        case unissuedSequence = "a journal line has a sequence that was not given out yet"
        case strayWalk = "the progress of a walk belongs to no index that is being filled"

        case unreadableStream = "a stream's description cannot be read"
        case strayStream = "a table and its stream do not agree"
        case disorderedShards = "the shards of a stream do not follow each other"
        case unreadableStreamRecord = "a stream record is damaged"
        case strayStreamRecord = "a stream record is in no shard"
        case wrongStreamRecord = "a stream record does not show what its stream says"

        case brokenStream = "a stream record does not follow from the one before it of its item"
        case idleHistoryLine = "a line of a table's history tells of no change"

        case damagedFile = "a file of the store is damaged"
        case unreadableVectorFile = "a vector index's file is damaged"
        case outdatedVectorFile = "a vector index's file is of another state than the rows"
        case brokenGraph = "the graph in a vector index's file is not sound"
        case wrongVectorRow = "a vector index's file does not hold what the items say"

        case missingExpiryRow = "an item that expires has no expiry row"
        case strayExpiryRow = "an expiry row has no item that expires then"

        case unreadableTally = "a count cannot be read"
        case wrongItemCount = "the count of rows is wrong"
        case wrongSize = "the count of bytes is wrong"
        case orphanedRow = "a row belongs to no table or index"
        case unreadableBackup = "a backup's description cannot be read"
        case unreadableCopy = "what is to be copied cannot be read"
        case strandedCopy = "a backup that is being made has no copy under way"
        case strayCopy = "a copy has no source or no target"
        case unreadableHistoryLine = "a line of a table's history cannot be read"
        case unreadableToken = "a transaction token cannot be read"
        case unreadableTransfer = "an export, an import or a bulk put cannot be read"
        case unknownRow = "a row is of no known kind"

        case malformedSealedRecord = "a sealed record does not have the form of one"
        case malformedSealedFile = "a sealed file does not have the form of one"
        case missingSealedPart = "a part of a sealed index is missing"

        package static func < (left: Problem, right: Problem) -> Bool {
            left.rawValue < right.rawValue
        }
    }

    package var problem: Problem
    package var table: TableName?
    package var index: Text?
    /// How many rows have the problem.
    package var rowCount: Int
    /// What kind of rows they are; nil for a problem of files, and where rows are of no known kind.
    package var space: KeySpace?
    /// `OrderedKey.partitionHash` of the keys of the first of them.
    package var keyHashes: [UInt64]
    /// The file's name in the data directory, for a problem of one, with what is wrong in it.
    package var file: String?
    package var detail: String?

    package init(
        problem: Problem, table: TableName?, index: Text?, rowCount: Int, space: KeySpace? = nil,
        keyHashes: [UInt64] = [], file: String? = nil, detail: String? = nil
    ) {
        self.problem = problem
        self.table = table
        self.index = index
        self.rowCount = rowCount
        self.space = space
        self.keyHashes = keyHashes
        self.file = file
        self.detail = detail
    }
}

extension InvariantFinding: CustomStringConvertible {
    package var description: String {
        let place = [
            file, table.map { "table \($0)" }, index.map { "index \($0)" },
        ].compactMap { $0 }
        return (place + ["\(problem.rawValue) (\(rowCount))"]).joined(separator: ", ")
    }
}

extension Engine {
    /// Compares everything that the store holds with everything else in it, as of one moment.
    /// Requests go on meanwhile.
    ///
    /// - Returns: what is wrong, table by table; empty for a sound store.
    /// - Complexity: reads every row, and for each item its index and expiry rows. Memory is
    ///   bounded by the catalogue.
    /// - Parameter isDeep: as for `InvariantChecker`.
    package func checkInvariants(
        isDeep: Bool = false
    ) throws(OperationError) -> [InvariantFinding] {
        do throws(StorageError) {
            return try InvariantChecker.findings(in: store.snapshot(), isDeep: isDeep)
        } catch {
            throw .storage(error)
        }
    }
}
