// A database on a disk that forgets, under a clock that jumps, driven by one thread that decides the
// order of everything, beside a model that is plain enough to be trusted. What is answered is compared
// at once; everything is compared now and then, and after each crash.
//
//   crash       at some commit of a step the power goes: that commit is on the disk or not, and of what
//               was not synced, the disk kept some beginning. The model goes back to that commit.
//   files       of vector indexes are cut, flipped, lost or replaced by older ones at a crash: they can
//               be made again, so nothing may be noticed
//   reads       fail: the write that needed them fails and has changed nothing
//   clock       jumps by seconds, hours, a day, and back
//
// The seed decides all of it. A history that fails shrinks (`Shrinking.swift`).
// One thread runs it, and all that it gives away runs on that thread, so it may pass for Sendable.

internal import MartletCatalog
internal import MartletEngine
internal import MartletKeyValue
internal import MartletModel
internal import MartletTestBasics
internal import MartletTestSupport

/// What was wrong, and where.
package struct SimulationFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// The step, from 0.
    package var step: Int
    package var text: String
    /// The last that was done before.
    package var log: [String]

    package var description: String {
        "step \(step): \(text)\n  " + log.suffix(12).joined(separator: "\n  ")
    }
}

/// What a run was made of, to be added up.
package struct SimulationCounts: Sendable, Equatable {
    package var steps = 0
    package var writes = 0
    package var reads = 0
    package var crashes = 0
    package var comparisons = 0

    package init() {}

    package static func += (left: inout SimulationCounts, right: SimulationCounts) {
        left.steps += right.steps
        left.writes += right.writes
        left.reads += right.reads
        left.crashes += right.crashes
        left.comparisons += right.comparisons
    }
}

package final class Simulation: @unchecked Sendable {
    struct Problem: Error {
        let text: String
        init(_ text: String) { self.text = text }
    }

    let seed: UInt64
    let bug: PlantedBug?
    /// Vector indexes keep files there; nil for none.
    let folder: String?
    /// Whether writes are answered before they are synced, so that a crash may take them back.
    let isAsync: Bool
    let clock = ManualClock()
    var disk = SimulatedDisk()
    var faults: FaultyStore
    var database: TestDatabase!
    var model = Model()
    /// What the model was after each commit that changed it.
    var marks: [(commit: Int, model: Model)] = [(0, Model())]
    /// Tables and backups that the step at work may or may not have changed when the power goes.
    var isChangingTables = false
    /// What happens between pieces of background work; nil outside of it.
    var interlude: (() throws -> Void)?
    var interludeProblem: (any Error)?
    /// The latest moment of any write: moments never go back, though the clock does.
    var latestMoment: Double = 0
    /// The earliest and the latest time that the clock has shown.
    var earliestTime: Double
    var latestTime: Double
    /// What the clock showed each time after it had gone back. What is written then is not later than
    /// moments that were remembered before.
    var clockSetbacks: [Double] = []
    /// Background work is under way: what is due may go at any moment.
    var isWorking = false
    /// Of the last commit that was answered.
    var answeredCommit = 0
    /// Decides what a crash leaves.
    var crashSeed: UInt64 = 0
    var log: [String] = []
    package private(set) var counts = SimulationCounts()
    /// Of all answers: equal for equal histories.
    package private(set) var fingerprint: UInt64 = 14_695_981_039_346_656_037

    package init(seed: UInt64, bug: PlantedBug? = nil, folder: String? = nil) throws {
        self.seed = seed
        self.bug = bug
        self.folder = folder
        isAsync = seed % 4 == 3
        faults = FaultyStore(disk)
        earliestTime = clock.now
        latestTime = clock.now
        if let folder { removeTree(folder) }
        try open()
    }

    /// Runs a history from an empty database.
    /// - Returns: what is wrong; nil for nothing.
    package static func outcome(
        of steps: [Step], seed: UInt64, bug: PlantedBug? = nil, folder: String? = nil,
        counts: inout SimulationCounts
    ) -> SimulationFailure? {
        do {
            let simulation = try Simulation(seed: seed, bug: bug, folder: folder)
            defer { counts += simulation.counts }
            return simulation.run(steps)
        } catch {
            return SimulationFailure(step: 0, text: "\(error)", log: [])
        }
    }

    package func run(_ steps: [Step]) -> SimulationFailure? {
        for (number, step) in steps.enumerated() {
            do {
                counts.steps += 1
                log.append("\(number). \(step)")
                try take(step)
                // The history ends when nothing more can be said against it.
                if number == steps.count - 1 { try compare() }
            } catch let problem as Problem {
                return SimulationFailure(step: number, text: problem.text, log: log)
            } catch let error as OperationError {
                return SimulationFailure(step: number, text: error.summary, log: log)
            } catch {
                return SimulationFailure(step: number, text: "\(error)", log: log)
            }
        }
        return nil
    }

    private func take(_ step: Step) throws {
        var random = SeededRandom(seed: step.seed)
        switch step.kind {
        case .write: try write(&random)
        case .statement: try statements(&random)
        case .repeatTransaction: try repeatTransaction(&random)
        case .get: try get(&random)
        case .query: try query(&random)
        case .scan: try scan(&random)
        case .search: try search(&random)
        case .createTable: try createTable(&random)
        case .deleteTable: try deleteTable(&random)
        case .createIndex: try createIndex(&random)
        case .deleteIndex: try deleteIndex(&random)
        case .createVectorIndex: try createVectorIndex(&random)
        case .deleteVectorIndex: try deleteVectorIndex(&random)
        case .changeExpiry: try changeExpiry(&random)
        case .changeStream: try changeStream(&random)
        case .changeRecovery: try changeRecovery(&random)
        case .remember: remember(&random)
        case .restoreMoment: try restoreMoment(&random)
        case .backUp: try backUp(&random)
        case .restoreBackup: try restoreBackup(&random)
        case .deleteBackup: try deleteBackup(&random)
        case .moveClock: moveClock(&random)
        case .background: try workInBackground(&random)
        case .carry: try carry()
        case .compare: try compare()
        case .crash: try crash(&random)
        case .failRead: try failRead(&random)
        case .reopen: try reopen()
        }
    }

    // MARK: Parts

    func open() throws {
        let store: any KeyValueStore = bug.map { PlantedStore(disk, $0) } ?? disk
        faults = FaultyStore(store)
        database = try TestDatabase(
            store: faults, clock: clock, durability: isAsync ? .async : .sync,
            scheduling: .caller(beforePiece: { [unowned self] in playInterlude() }),
            vectorFolder: folder, configure: { $0.vectorJournalLimit = 12 })
    }

    private func playInterlude() {
        guard let interlude, interludeProblem == nil else { return }
        // Writes of the interlude do not have interludes.
        self.interlude = nil
        do {
            try interlude()
        } catch {
            interludeProblem = error
        }
        self.interlude = interlude
    }

    func require(_ isRight: Bool, _ text: @autoclosure () -> String) throws {
        if !isRight { throw Problem(text()) }
    }

    func note(_ text: String) { log.append("   " + text) }

    func count(writes: Int = 0, reads: Int = 0, crashes: Int = 0, comparisons: Int = 0) {
        counts.writes += writes
        counts.reads += reads
        counts.crashes += crashes
        counts.comparisons += comparisons
    }

    func remember(answer: String) {
        for byte in answer.utf8 { fingerprint = (fingerprint ^ UInt64(byte)) &* 1_099_511_628_211 }
    }

    /// The model is right as of the last commit.
    func mark() {
        answeredCommit = disk.commitNumber
        if marks.last?.commit == disk.commitNumber { marks.removeLast() }
        marks.append((disk.commitNumber, model))
        // Nothing before the durable state comes back.
        let durable = disk.commitNumber - disk.volatileCount
        while marks.count > 1, marks[1].commit <= durable { marks.removeFirst() }
    }

    func pickTable(_ random: inout SeededRandom) -> TableName? {
        let names = model.readyNames
        return names.isEmpty ? nil : random.pick(names)
    }

    func moveClock(_ random: inout SeededRandom) {
        let seconds: Double =
            switch random.below(20) {
            case 0: 25 * 3600
            case 1: 5 * 3600
            case 2: 660
            case 3: -3600
            case 4: -1
            case 5..<10: 0.25
            default: Double(random.below(120))
            }
        note("clock moves \(seconds) s")
        advanceClock(seconds)
    }

    func advanceClock(_ seconds: Double) {
        clock.advance(seconds: seconds)
        earliestTime = min(earliestTime, clock.now)
        latestTime = max(latestTime, clock.now)
        if seconds < 0 { clockSetbacks.append(clock.now) }
    }

    /// Whether streams may have lost their oldest records: the day after they were made has passed.
    var mayHaveTrimmed: Bool { latestTime > earliestTime + 80_000 }
}
