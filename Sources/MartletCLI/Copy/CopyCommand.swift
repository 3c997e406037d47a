// `martlet copy`: tables from one DynamoDB endpoint to another, AWS's or any other's.

internal import CMartletProcess
internal import Glibc
internal import MartletClient

struct CopyCommand: Command {
    static let name = "copy"
    static let help = """
        usage: martlet copy --from ENDPOINT --to ENDPOINT [OPTIONS]

        Copies tables with their indexes, tags, expiry and stream settings, and their items, from
        one DynamoDB endpoint to another. ENDPOINT is a URL such as http://localhost:8000, or aws:
        what environment and profile say. A table that the target has is not touched, and nothing
        is copied then. When the command fails, is stopped or killed, the same command goes on.

          --from ENDPOINT         where the tables are
          --to ENDPOINT           where to make them
          --table NAME            a table; may be repeated (default: all)
          --overwrite             put items also into tables that the target has: items of the
                                  same key are replaced, others and the tables' settings stay
          --segments N            parts of a table that are copied at the same time (default: 8)
          --state FILE            where to note how far the copy is; it is deleted at the end
                                  (default: martlet-copy.json)
          --quiet                 show no progress

        keys and regions, of the source and of the target; without a profile, of AWS_ACCESS_KEY_ID,
        AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION or the default profile
          --from-profile NAME     --to-profile NAME
          --from-region NAME      --to-region NAME

        Not copied: backups, recovery settings, policies, replicas, keys of encryption. Items that
        change while the copy runs may be copied as they were before or after.

        """

    private struct Side {
        var endpoint: String?
        var profile: String?
        var region: String?
    }

    private var source = Side()
    private var target = Side()
    private var tables: [String] = []
    private var overwrites = false
    private var segments = 8
    private var statePath = "martlet-copy.json"
    private var isQuiet = false

    init(_ words: [String]) throws(UsageError) {
        var arguments = Arguments(words)
        while let option = try arguments.nextOption() {
            switch option {
            case "--from": source.endpoint = try arguments.value()
            case "--to": target.endpoint = try arguments.value()
            case "--from-profile": source.profile = try arguments.value()
            case "--to-profile": target.profile = try arguments.value()
            case "--from-region": source.region = try arguments.value()
            case "--to-region": target.region = try arguments.value()
            case "--table": tables.append(try arguments.value())
            case "--overwrite": overwrites = true
            case "--segments": segments = try arguments.integer(in: 1...256)
            case "--state": statePath = try arguments.value()
            case "--quiet": isQuiet = true
            default: throw UsageError("unknown option \(option)")
            }
        }
        guard source.endpoint != nil else { throw UsageError("--from is needed") }
        guard target.endpoint != nil else { throw UsageError("--to is needed") }
    }

    func run() throws(CommandFailure) {
        martlet_bound_heaps()
        let from = try client(source, "source")
        let to = try client(target, "target")
        guard Self.place(from) != Self.place(to) else {
            throw CommandFailure("source and target are the same: \(Self.place(from))")
        }
        let copier = TableCopier(
            source: from, target: to, state: try state(from, to), path: statePath)
        var bar = ProgressBar(unit: "items", isQuiet: isQuiet)
        let begin = ContinuousClock.now
        let outcomes: [TableCopier.Outcome]
        do throws(CommandFailure) {
            outcomes = try copier.run { table, done, total in bar.show(table, done, of: total) }
        } catch {
            bar.clear()
            throw CommandFailure(
                "\(error.description); \(statePath) has how far the copy is, "
                    + "and the same command goes on from there")
        }
        bar.clear()
        unlink(statePath)
        let seconds = (ContinuousClock.now - begin) / .seconds(1)
        write(Self.summary(outcomes, seconds: seconds), to: STDOUT_FILENO)
    }

    private func client(_ side: Side, _ name: String) throws(CommandFailure) -> DynamoDBClient {
        var options = ClientOptions()
        // A copy has time, and a provisioned table throttles whoever fills it.
        options.retries.attempts = 12
        options.retries.base = .milliseconds(100)
        options.retries.budget = nil
        options.connectionLimit = segments
        do throws(ConfigurationError) {
            let configuration = try ClientConfiguration.load(
                profile: side.profile, endpoint: side.endpoint == "aws" ? nil : side.endpoint,
                region: side.region)
            return try DynamoDBClient(configuration, options: options)
        } catch {
            throw CommandFailure("\(name): \(error.description)")
        }
    }

    /// What is to be done: what the state's file left, or everything, if nothing stands in the way.
    private func state(
        _ from: DynamoDBClient, _ to: DynamoDBClient
    ) throws(CommandFailure) -> CopyState {
        let (origin, goal) = (Self.place(from), Self.place(to))
        if let state = try CopyState.load(statePath) {
            guard state.from == origin, state.to == goal,
                tables.isEmpty || Set(tables) == Set(state.tables.map(\.name))
            else {
                throw CommandFailure(
                    "\(statePath) is of another copy, from \(state.from) to \(state.to); finish "
                        + "that, delete the file, or name another with --state")
            }
            let done = state.tables.reduce(0) { $0 + $1.items }
            write(
                "martlet: going on after \(ProgressBar.grouped(done)) items (\(statePath))\n",
                to: STDERR_FILENO)
            return state
        }
        do throws(ClientError) {
            var names: [String] = []
            for name in tables.isEmpty ? try from.performListTables() : tables
            where !names.contains(name) { names.append(name) }
            var state = CopyState(from: origin, to: goal, tables: [])
            var present: [String] = []
            for name in names {
                // One that the source has not fails here, before anything is made.
                let described = try from.performDescribeTable(name)
                let there = try to.describedTable(name)
                if let there {
                    present.append(name)
                    guard
                        there.partitionKey == described.partitionKey,
                        there.sortKey == described.sortKey
                    else {
                        throw .unusableRequest("\(name) has another key in the target")
                    }
                }
                state.tables.append(
                    CopyState.Table(
                        name: name, makesTable: there == nil,
                        segments: Array(repeating: .init(), count: segments)))
            }
            if !overwrites, !present.isEmpty {
                throw .unusableRequest(
                    "the target has \(present.joined(separator: ", ")); --overwrite puts items "
                        + "there, over those of the same keys")
            }
            return state
        } catch {
            throw CommandFailure(error.description)
        }
    }

    private static func place(_ client: DynamoDBClient) -> String {
        let configuration = client.configuration
        return "\(configuration.endpoint) (\(configuration.region))"
    }

    /// A line a table, and one for all of them.
    static func summary(_ outcomes: [TableCopier.Outcome], seconds: Double) -> String {
        func line(
            _ name: String, _ items: Int, _ newItems: Int, _ bytes: Int, _ seconds: Double
        ) -> String {
            let rate = seconds > 0 ? Int(Double(newItems) / seconds) : newItems
            let tenths = Int(seconds * 10)
            var text = "\(name): \(ProgressBar.grouped(items)) items"
            if newItems != items { text += ", \(ProgressBar.grouped(newItems)) of them now" }
            text += ", \(ProgressBar.grouped(bytes / 1000)) kB of JSON in \(tenths / 10)."
            return text + "\(tenths % 10) s, \(ProgressBar.grouped(rate)) items/s\n"
        }
        var text = ""
        for each in outcomes {
            text += line(each.table, each.items, each.newItems, each.bytes, each.seconds)
        }
        if outcomes.count != 1 {
            text += line(
                "\(outcomes.count) tables", outcomes.reduce(0) { $0 + $1.items },
                outcomes.reduce(0) { $0 + $1.newItems }, outcomes.reduce(0) { $0 + $1.bytes },
                seconds)
        }
        return text
    }
}
