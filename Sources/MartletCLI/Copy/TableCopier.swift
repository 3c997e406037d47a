// Copies tables from one endpoint to another: makes each, moves its items by as many threads as the
// state has segments, then sets what is better set when the items are there. Every step is in the
// state's file before or after it (`CopyState`), so that `run` goes on wherever another run ended.
//
// A copy is no snapshot: an item that is written while the copy runs may be copied as it was before
// or after, and one that is deleted may stay in the target.

internal import Glibc
internal import MartletClient
internal import MartletWire
internal import Synchronization

final class TableCopier: Sendable {
    /// What a table took in this run.
    struct Outcome: Sendable {
        var table: String
        /// Of the whole copy, also of earlier runs.
        var items: Int
        /// Of JSON, in this run.
        var bytes: Int
        var newItems: Int
        var seconds: Double
    }

    private let source: DynamoDBClient
    private let target: DynamoDBClient
    private let path: String
    private let state: Mutex<CopyState>

    /// - Parameter path: of the state's file.
    init(source: DynamoDBClient, target: DynamoDBClient, state: CopyState, path: String) {
        self.source = source
        self.target = target
        self.path = path
        self.state = Mutex(state)
    }

    /// Copies what is not yet copied, table by table.
    ///
    /// - Parameter progress: is told a few times a second: the table, items so far, and how many
    ///   the source says that it has.
    func run(
        _ progress: (String, Int, Int?) -> Void
    ) throws(CommandFailure) -> [Outcome] {
        var outcomes: [Outcome] = []
        for number in 0..<state.withLock({ $0.tables.count }) {
            let begin = ContinuousClock.now
            let before = state.withLock { $0.tables[number] }
            try copy(number, progress)
            let after = state.withLock { $0.tables[number] }
            outcomes.append(
                Outcome(
                    table: after.name, items: after.items, bytes: after.bytes - before.bytes,
                    newItems: after.items - before.items,
                    seconds: (ContinuousClock.now - begin) / .seconds(1)))
        }
        return outcomes
    }

    private func copy(
        _ number: Int, _ progress: (String, Int, Int?) -> Void
    ) throws(CommandFailure) {
        let table = state.withLock { $0.tables[number] }
        if table.phase == .done { return }
        let description = try called(table.name) { () throws(ClientError) in
            try source.performDescribeTable(table.name)
        }
        if table.phase == .pending { try enter(table.makesTable ? .creating : .items, number) }
        if state.withLock({ $0.tables[number].phase }) == .creating {
            try make(description)
            try enter(.items, number)
        }
        if state.withLock({ $0.tables[number].phase }) == .items {
            try moveItems(number, description, progress)
            try enter(table.makesTable ? .settings : .done, number)
        }
        if state.withLock({ $0.tables[number].phase }) == .settings {
            try applySettings(description)
            try enter(.done, number)
        }
    }

    // MARK: Items

    private func moveItems(
        _ number: Int, _ description: TableDescription, _ progress: (String, Int, Int?) -> Void
    ) throws(CommandFailure) {
        let shared = Shared()
        let count = state.withLock { $0.tables[number].segments.count }
        let threads = ClientThreads(count) { [self] segment in
            do throws(CommandFailure) {
                try moveSegment(segment, of: number, shared)
            } catch {
                shared.fail(error)
            }
        }
        while threads.isRunning {
            progress(
                description.name, state.withLock { $0.tables[number].items },
                description.itemCount > 0 ? description.itemCount : nil)
            usleep(50_000)
        }
        // What was written is noted even when another segment failed.
        try save()
        try shared.check()
    }

    private func moveSegment(
        _ segment: Int, of number: Int, _ shared: Shared
    ) throws(CommandFailure) {
        let table = state.withLock { $0.tables[number] }
        var done = table.segments[segment]
        while !done.isDone, !shared.hasFailed {
            let page = try called(table.name) { () throws(ClientError) in
                let page = try source.perform(
                    VerbatimScan(
                        table: table.name, segment: (segment, table.segments.count),
                        startKey: done.next))
                try target.performBatchWrite(
                    page.puts, to: table.name, isOver: { shared.hasFailed })
                return page
            }
            done.items += page.puts.count
            done.bytes += page.puts.reduce(0) { $0 + $1.count }
            done.next = page.nextKey
            done.isDone = page.nextKey == nil
            let isDue = state.withLock { state in
                state.tables[number].segments[segment] = done
                return shared.isDue()
            }
            if isDue || done.isDone { try save() }
        }
    }

    /// What the threads of a table share.
    private final class Shared: Sendable {
        private let failure: Mutex<CommandFailure?>
        private let saved = Mutex(ContinuousClock.now)

        init() { failure = Mutex(nil) }

        var hasFailed: Bool { failure.withLock { $0 != nil } }

        func fail(_ error: CommandFailure) {
            failure.withLock { if $0 == nil { $0 = error } }
        }

        func check() throws(CommandFailure) {
            if let error = failure.withLock({ $0 }) { throw error }
        }

        /// Whether the state was last saved so long ago that it is worth another sync.
        func isDue() -> Bool {
            saved.withLock { saved in
                let now = ContinuousClock.now
                guard now - saved > .milliseconds(200) else { return false }
                saved = now
                return true
            }
        }
    }

    // MARK: Tables

    private func make(_ description: TableDescription) throws(CommandFailure) {
        if try targetDescription(description.name) == nil {
            let tags = try called(description.name) { () throws(ClientError) in
                try source.performListTags(description.arn)
            }
            let blueprint = TableBlueprint(description.tree, tags: tags)
            try called(description.name) { () throws(ClientError) in
                _ = try target.send("CreateTable", blueprint.creation)
            }
        }
        try waitUntilActive(description.name)
    }

    private func applySettings(_ description: TableDescription) throws(CommandFailure) {
        let name = description.name
        try called(name) { () throws(ClientError) in
            guard let attribute = try source.performDescribeTimeToLive(name),
                try target.performDescribeTimeToLive(name) != attribute
            else { return }
            try target.performEnableTimeToLive(name, attribute: attribute)
        }
        for update in TableBlueprint(description.tree, tags: [:]).updates {
            // An earlier run may have come so far, and the service refuses to be told twice.
            if let there = try targetDescription(name), update.isMade(in: there.tree) { continue }
            try called(name) { () throws(ClientError) in
                _ = try target.send("UpdateTable", update.body)
            }
            try waitUntilActive(name)
        }
    }

    private func targetDescription(_ name: String) throws(CommandFailure) -> TableDescription? {
        try called(name) { () throws(ClientError) in try target.describedTable(name) }
    }

    private func waitUntilActive(_ name: String) throws(CommandFailure) {
        for _ in 0..<Self.waitRounds {
            if try targetDescription(name)?.status == "ACTIVE" { return }
            usleep(Self.waitMicroseconds)
        }
        throw CommandFailure("\(name) does not become active in the target")
    }

    private static let waitMicroseconds: UInt32 = 500_000
    private static let waitRounds = 1200

    // MARK: State

    private func enter(_ phase: CopyState.Phase, _ number: Int) throws(CommandFailure) {
        state.withLock { $0.tables[number].phase = phase }
        try save()
    }

    /// One at a time, so that an older state never replaces a newer one.
    private func save() throws(CommandFailure) {
        let result = state.withLock { state in
            Result { () throws(CommandFailure) in try state.save(path) }
        }
        try result.get()
    }

    /// A call of a client, whose failure becomes the command's.
    private func called<Answer>(
        _ table: String, _ body: () throws(ClientError) -> Answer
    ) throws(CommandFailure) -> Answer {
        do throws(ClientError) { return try body() } catch {
            throw CommandFailure("\(table): \(error.description)")
        }
    }
}

extension DynamoDBClient {
    /// nil when there is no such table.
    func describedTable(_ name: String) throws(ClientError) -> TableDescription? {
        do throws(ClientError) {
            return try performDescribeTable(name)
        } catch {
            if error.code == "ResourceNotFoundException" { return nil }
            throw error
        }
    }
}
