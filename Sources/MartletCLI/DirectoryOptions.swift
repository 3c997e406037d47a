// What the commands that work on a data directory have in common: its options, opening it, waiting
// for a job, and the summary at the end.

internal import CMartletProcess
internal import Glibc
internal import Martlet
internal import MartletCatalog
internal import MartletEngine
internal import MartletKeyValue
internal import MartletModel
internal import MartletWire

struct DirectoryOptions {
    static let help = """
          --data DIR              where the data is (default: martlet-data); no server may have it
                                  open
          --memory-budget BYTES   bound on the process's memory, from 32M (default: 256M)
          --json                  print a summary in JSON on standard output
          --quiet                 show no progress
          --region NAME           region in ARNs (default: us-east-1)
          --account NUMBER        account in ARNs (default: 000000000000)

        """

    private var path: String?
    private var options = DatabaseOptions()
    /// As given on the command line.
    private(set) var region: String?
    private(set) var isJSON = false
    private(set) var isQuiet = false

    /// Takes an option that all commands have; false for any other.
    mutating func take(
        _ option: String, from arguments: inout Arguments
    ) throws(UsageError) -> Bool {
        switch option {
        case "--data", "--data-dir": path = try arguments.value()
        case "--memory-budget":
            options.memoryBudgetBytes = try arguments.bytes(in: 32 << 20...1 << 40)
        case "--json": isJSON = true
        case "--quiet": isQuiet = true
        case "--region":
            region = try arguments.value()
            options.engine.owner.region = region!
        case "--account": options.engine.owner.account = try arguments.value()
        default: return false
        }
        return true
    }

    /// Whether the command line names a directory.
    var namesDirectory: Bool { path != nil }

    /// Opens the directory, has `body` work on it, and closes it again.
    func run(_ body: (OpenDirectory) throws(CommandFailure) -> Void) throws(CommandFailure) {
        martlet_bound_heaps()
        let signals = StopSignals()
        var options = options
        options.engine.log = { write("martlet: \($0)\n", to: STDERR_FILENO) }
        let database: Database
        do throws(DatabaseError) {
            database = try .open(at: path ?? "martlet-data", options: options)
        } catch {
            throw CommandFailure(error.description)
        }
        defer { try? database.close() }
        try body(
            OpenDirectory(
                engine: database.engine, owner: options.engine.owner, signals: signals,
                isQuiet: isQuiet))
    }
}

/// A data directory that a command has open.
struct OpenDirectory {
    let engine: Engine
    let owner: ResourceOwner
    let signals: StopSignals
    let isQuiet: Bool

    func run<Operation: WriteOperation>(
        _ operation: Operation
    ) throws(CommandFailure) -> Operation.Output {
        do throws(OperationError) {
            return try engine.run(operation)
        } catch {
            throw CommandFailure(error)
        }
    }

    func read<Result>(
        _ body: () throws(OperationError) -> Result
    ) throws(CommandFailure) -> Result {
        do throws(OperationError) {
            return try body()
        } catch {
            throw CommandFailure(error)
        }
    }

    /// Waits until `body`, which shows how far it is, says that it is done.
    /// - Throws: when a signal comes first; the failure says what to do then.
    func wait(
        ifStopped advice: String, _ body: (inout ProgressBar) throws(CommandFailure) -> Bool
    ) throws(CommandFailure) {
        var bar = ProgressBar(unit: "items", isQuiet: isQuiet)
        defer { bar.clear() }
        while try !body(&bar) {
            guard !signals.wait(atMostMilliseconds: 20) else {
                bar.clear()
                throw CommandFailure("stopped. \(advice)")
            }
        }
    }
}

extension CommandFailure {
    init(_ error: OperationError) {
        if case .storage(let error) = error {
            self.init(error.description)
        } else {
            self.init(ErrorShape(error).sentence)
        }
    }

    init(_ failure: TransferFailure) { self.init("\(failure.message) (\(failure.code))") }
}

/// What a command did: sentences for people, or one JSON object.
struct CommandSummary {
    enum Value {
        case text(String)
        case number(Int)
        case seconds(Double)
    }

    private let start = ContinuousClock.now

    func print(_ sentence: String, _ members: [(StaticString, Value)], isJSON: Bool) {
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        guard isJSON else { return write(sentence + "\n", to: STDOUT_FILENO) }
        var writer = JSONWriter()
        writer.beginObject()
        for (name, value) in members + [("seconds", .seconds(seconds))] {
            writer.member(name)
            switch value {
            case .text(let text): writer.string(text)
            case .number(let number): writer.integer(number)
            case .seconds(let seconds): writer.double((seconds * 1000).rounded() / 1000)
            }
        }
        writer.endObject()
        write(String(decoding: writer.bytes, as: UTF8.self) + "\n", to: STDOUT_FILENO)
    }
}

extension Timestamp {
    /// Reads seconds since 1970, or a moment such as `2026-11-20T12:00:00Z`.
    init?(commandLine text: String) {
        if let seconds = Double(text), seconds.isFinite, seconds >= 0 {
            self.init(secondsSince1970: seconds)
            return
        }
        let form = Array("0000-00-00T00:00:00Z".utf8)
        let bytes = Array(text.utf8)
        guard bytes.count == form.count,
            zip(bytes, form).allSatisfy({ $1 == UInt8(ascii: "0") ? $0 &- 48 < 10 : $0 == $1 })
        else { return nil }
        func number(_ range: Range<Int>) -> Int32 {
            bytes[range].reduce(0) { $0 * 10 + Int32($1 - 48) }
        }
        var parts = tm()
        parts.tm_year = number(0..<4) - 1900
        parts.tm_mon = number(5..<7) - 1
        parts.tm_mday = number(8..<10)
        (parts.tm_hour, parts.tm_min) = (number(11..<13), number(14..<16))
        parts.tm_sec = number(17..<19)
        let asked = (parts.tm_mon, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec)
        let seconds = timegm(&parts)
        // What there is not, such as the 31st of April, comes back as another moment.
        guard seconds >= 0,
            asked == (parts.tm_mon, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec)
        else { return nil }
        self.init(secondsSince1970: Double(seconds))
    }
}

extension Arguments {
    mutating func moment() throws(UsageError) -> Timestamp {
        let text = try value()
        guard let moment = Timestamp(commandLine: text) else {
            throw UsageError(
                "a moment is seconds since 1970, or like 2026-11-20T12:00:00Z; not \(text)")
        }
        return moment
    }

    mutating func tableName() throws(UsageError) -> TableName {
        let text = try value()
        guard TableName.isValid(text) else { throw UsageError("no name of a table: \(text)") }
        return TableName(text)
    }
}

extension ErrorShape {
    /// What went wrong, for a person.
    var sentence: String {
        message
            ?? String(
                type[(type.firstIndex(of: "#").map(type.index(after:)) ?? type.startIndex)...])
    }
}
