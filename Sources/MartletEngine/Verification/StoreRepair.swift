// Repairs a database that nobody else has open, as `martlet repair` does.
//
// What follows from the items is made again from them: index rows, expiry rows, counts, sequences,
// files of vector indexes. What does not, and is damaged or belongs nowhere, goes to a file in the
// quarantine folder, byte for byte, before it leaves the store. An item whose record is damaged comes
// back from an index that projects everything, if its row there is whole.
//
// Works in rounds: a check, then one batch for what it found, until nothing is found that can be
// repaired. Each round's batch is atomic and synced, so a repair that is broken off can be begun again.

internal import MartletCatalog
internal import MartletEncoding
internal import MartletIndexes
package import MartletKeyValue
internal import MartletModel

/// What a repair did.
package struct RepairReport: Sendable {
    package enum Action: String, Sendable, CaseIterable, Comparable {
        case rebuiltIndexRow = "index rows made again from the items"
        case deletedIndexRow = "index rows deleted that no item makes"
        case rebuiltExpiryRow = "expiry rows made again from the items"
        case deletedExpiryRow = "expiry rows deleted that no item makes"
        case correctedCount = "counts corrected"
        case correctedSize = "items given their true size"
        case correctedSequence = "sequences moved past what was drawn"
        case movedDefinition = "definitions moved to their names"
        case restoredItem = "damaged items restored from an index"
        case quarantined = "rows moved to quarantine"
        case deletedWalk = "rows of finished walks deleted"
        case switchedOffStream = "streams switched off"
        case shortenedHistory = "histories cut off after a damaged line"
        case removedVectorFiles = "vector indexes' files removed, to be made again"

        package static func < (left: Action, right: Action) -> Bool {
            left.rawValue < right.rawValue
        }
    }

    package var counts: [Action: Int] = [:]
    /// What was found before anything was changed.
    package var found: [InvariantFinding] = []
    /// What is still wrong.
    package var remaining: [InvariantFinding] = []
    /// Where quarantined rows are; nil when there are none.
    package var quarantinePath: String?
    /// Sealed indexes, which were looked at and left as they are.
    package var sealedCount = 0

    package init() {}
}

package struct StoreRepair: ~Copyable {
    /// So many faults are repaired in one batch.
    private static let roundLimit = 10_000

    let store: any KeyValueStore
    let vectorFolder: String?
    let quarantine: QuarantineFile
    var report = RepairReport()
    var batch = WriteBatch()
    /// Rows that this round takes away or has written.
    var done: Set<[UInt8]> = []
    var sequencesToMove: Set<KeySpace> = []

    /// - Parameter quarantineFolder: made when something has to go there.
    package static func run(
        on store: any KeyValueStore, vectorFolder: String?, quarantineFolder: String
    ) throws(StorageError) -> RepairReport {
        var repair = StoreRepair(
            store: store, vectorFolder: vectorFolder,
            quarantine: QuarantineFile(folder: quarantineFolder))
        try repair.run()
        return repair.report
    }

    private init(store: any KeyValueStore, vectorFolder: String?, quarantine: QuarantineFile) {
        self.store = store
        self.vectorFolder = vectorFolder
        self.quarantine = quarantine
    }

    private mutating func run() throws(StorageError) {
        var isFirst = true
        repeat {
            let checker = try InvariantChecker.checked(
                store.snapshot(), isDeep: false, faultLimit: Self.roundLimit)
            let files = try fileFindings(checker.tables)
            report.remaining = checker.findings + files
            if isFirst { report.found = report.remaining }
            isFirst = false
            try removeFiles(files, checker.tables)
        } while try round()
        if quarantine.rowCount > 0 { report.quarantinePath = quarantine.path }
    }

    /// Repairs what one check finds.
    /// - Returns: whether something was changed, so that there is reason to look again.
    private mutating func round() throws(StorageError) -> Bool {
        let checker = try InvariantChecker.checked(
            store.snapshot(), isDeep: false, faultLimit: Self.roundLimit)
        batch.removeAll()
        done.removeAll()
        sequencesToMove.removeAll()
        try restoreItems(checker)
        for fault in checker.faults where !fault.isCount { try mend(fault, checker) }
        for space in sequencesToMove.sorted(by: { $0.rawValue < $1.rawValue }) {
            try moveSequence(space)
        }
        // Counts are those of rows that stay.
        if batch.isEmpty {
            for fault in checker.faults where fault.isCount { try mendCount(fault) }
        }
        guard !batch.isEmpty else { return false }
        try quarantine.sync()
        try store.commit(batch, .sync)
        return true
    }

    mutating func count(_ action: RepairReport.Action) { report.counts[action, default: 0] += 1 }

    // MARK: Files

    private func fileFindings(
        _ tables: [TableDefinition]
    ) throws(StorageError) -> [InvariantFinding] {
        guard let vectorFolder else { return [] }
        var findings: [InvariantFinding] = []
        let files = VectorFileCheck(rows: store, folder: vectorFolder, isDeep: true)
        for table in tables { findings += try files.findings(of: table) }
        return findings
    }

    /// A file that is wrong goes; opening makes the index again from the items.
    private mutating func removeFiles(
        _ findings: [InvariantFinding], _ tables: [TableDefinition]
    ) throws(StorageError) {
        guard let vectorFolder, !findings.isEmpty else { return }
        for table in tables {
            for index in table.vectorIndexes
            where findings.contains(where: { $0.table == table.name && $0.index == index.name }) {
                VectorFiles(folder: vectorFolder, indexID: index.id).remove()
                count(.removedVectorFiles)
            }
        }
        report.remaining.removeAll { finding in findings.contains(finding) }
    }
}

extension InvariantFault {
    var isCount: Bool {
        problem == .wrongItemCount || problem == .wrongSize || problem == .unreadableTally
    }
}
