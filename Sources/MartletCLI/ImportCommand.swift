// `martlet import`: a new table from files, without a server or, with `--endpoint`, by one.

internal import Glibc
internal import MartletCatalog
internal import MartletEngine
internal import MartletModel
internal import MartletTransfer
internal import MartletWire

struct ImportCommand: Command {
    static let name = "import"
    static let help = """
        usage: martlet import --table NAME --partition-key NAME:TYPE --from PATH [OPTIONS]

        Makes a table and fills it with the items of a file, or of all files of a folder; also of
        a folder that an export wrote. When the command is stopped or killed, the same command goes
        on where it was. Exits with 0 when everything was imported, with 3 when some records were
        not.

          --table NAME            the table to make
          --partition-key N:T     its partition key: a name and a type, S, N or B
          --sort-key N:T          its sort key, if it has one
          --definition FILE       the table in place of the two: JSON of a CreateTable request
          --from PATH             what to read. With --endpoint it is a bucket that the server has:
                                  s3://BUCKET/PREFIX
          --format FORMAT         csv or dynamodb-json (default: as the names end; with --endpoint
                                  dynamodb-json)
          --compression KIND      none, gzip or zstd (default: as the names end; with --endpoint
                                  none)
          --delimiter CHARACTER   between columns (default: a comma)
          --columns A,B,C         names of the columns (default: the first line of each file)

        \(EndpointOptions.help)
        \(DirectoryOptions.help)
        """

    private var directory = DirectoryOptions()
    private var endpoint = EndpointOptions()
    private(set) var table: TableName?
    private(set) var keys: [(KeySchemaElement, KeyType)] = []
    private(set) var definitionPath: String?
    private var source: String?
    private(set) var format: TransferFormat?
    private(set) var compression: TransferCompression?
    private(set) var delimiter: String?
    private(set) var columns: [String]?

    init(_ words: [String]) throws(UsageError) {
        var arguments = Arguments(words)
        while let option = try arguments.nextOption() {
            if try directory.take(option, from: &arguments) { continue }
            if try endpoint.take(option, from: &arguments) { continue }
            switch option {
            case "--table": table = try arguments.tableName()
            case "--partition-key": keys.append(try Self.key(.hash, try arguments.value()))
            case "--sort-key": keys.append(try Self.key(.range, try arguments.value()))
            case "--definition": definitionPath = try arguments.value()
            case "--from": source = try arguments.value()
            case "--format":
                switch try arguments.value() {
                case "csv": format = .csv
                case "dynamodb-json": format = .dynamoDBJSON
                case let other:
                    throw UsageError("--format takes csv or dynamodb-json, not \(other)")
                }
            case "--compression":
                let text = try arguments.value()
                guard let kind = TransferCompression(rawValue: text.uppercased()) else {
                    throw UsageError("--compression takes none, gzip or zstd, not \(text)")
                }
                compression = kind
            case "--delimiter":
                let text = try arguments.value()
                guard text.utf8.count == 1, ",;:|\t ".contains(text) else {
                    throw UsageError("--delimiter takes one of , ; : | tab and space")
                }
                delimiter = text
            case "--columns":
                columns = try arguments.value().split(
                    separator: ",", omittingEmptySubsequences: false
                ).map(String.init)
            default: throw UsageError("unknown option \(option)")
            }
        }
        guard table != nil else { throw UsageError("--table is needed") }
        guard source != nil else { throw UsageError("--from is needed") }
        guard (definitionPath == nil) != keys.isEmpty else {
            throw UsageError("--partition-key or --definition is needed, and not both")
        }
        try endpoint.check(directory)
        if endpoint.isGiven, BucketURL(source!) == nil {
            throw UsageError("with --endpoint, --from is s3://BUCKET/PREFIX")
        }
    }

    private static func key(
        _ role: KeySchemaElement.Role, _ text: String
    ) throws(UsageError) -> (KeySchemaElement, KeyType) {
        guard let colon = text.lastIndex(of: ":"), colon > text.startIndex,
            let type = KeyType(rawValue: String(text[text.index(after: colon)...]))
        else { throw UsageError("a key is a name and a type, such as id:S; not \(text)") }
        return (KeySchemaElement(name: Text(String(text[..<colon])), role: role), type)
    }

    func run() throws(CommandFailure) {
        if endpoint.isGiven {
            return try fill(
                table!.description, try creation(), from: BucketURL(source!)!, inputMembers(),
                at: endpoint.open(directory))
        }
        let request = try request()
        let local: LocalSource
        do throws(TransferFailure) {
            local = try LocalSource(source!)
        } catch {
            throw CommandFailure(error)
        }
        guard let format = format ?? local.format else {
            throw CommandFailure("the names do not say the format: --format is needed")
        }
        guard let compression = compression ?? local.compression else {
            throw CommandFailure("the files end differently: --compression is needed")
        }
        if format != .csv, delimiter != nil || columns != nil {
            throw CommandFailure("--delimiter and --columns are for CSV alone")
        }
        let input = ImportJob.Input(
            source: local.path, format: format, delimiter: delimiter, headers: columns,
            compression: compression)
        let summary = CommandSummary()
        var ended: ImportJob?
        try directory.run { open throws(CommandFailure) in
            ended = try Self.fill(request, from: input, in: open)
        }
        let job = ended!
        try report(
            Outcome(
                table: job.table.description, status: job.status.rawValue,
                records: job.processedCount, items: job.importedCount, errors: job.errorCount,
                bytes: job.processedBytes, failure: job.failure.map { CommandFailure($0) }), summary
        )
    }

    /// The table to make.
    private func request() throws(CommandFailure) -> TableRequest {
        guard let definitionPath else {
            return TableRequest(
                name: table!,
                attributeDefinitions: keys.map { KeyAttribute(name: $0.0.name, type: $0.1) },
                keySchema: keys.map(\.0), billing: .payPerRequest)
        }
        let text = Array(try readText(definitionPath).utf8)
        do throws(WireError) {
            var request = try text.withUnsafeBufferPointer { bytes throws(WireError) in
                try CreateTable.decode(bytes).operation.request
            }
            request.name = table!
            return request
        } catch {
            throw CommandFailure("\(definitionPath): \(ErrorShape(error).sentence)")
        }
    }

    /// Begins the import, or goes on with the one that an earlier command began.
    private static func fill(
        _ request: TableRequest, from input: ImportJob.Input, in open: OpenDirectory
    ) throws(CommandFailure) -> ImportJob {
        let underway = try open.read { () throws(OperationError) in
            try open.engine.jobsUnderway(ImportJob.self).first { $0.table == request.name }
        }
        if let underway, underway.input != input {
            throw CommandFailure(
                "table \(request.name) is being imported from elsewhere: go on with that command")
        }
        let job: ImportJob
        if let underway {
            job = underway
            write("martlet: going on after \(job.processedCount) records\n", to: STDERR_FILENO)
        } else {
            job = try open.run(ImportTable(request, from: input)).job
        }
        let work = TransferWork(engine: open.engine, command: job.id)
        work.wake(.importing)
        defer { work.stop() }
        var current = job
        try open.wait(ifStopped: "The same command goes on where it was.") {
            bar throws(CommandFailure) in
            current = try open.read { () throws(OperationError) in
                try open.engine.job(ImportJob.self, job.id) ?? current
            }
            bar.show("importing", current.processedCount, of: nil)
            return !current.isUnderway
        }
        return current
    }

    /// How an import ended.
    struct Outcome {
        var table: String
        var status: String
        var records: Int
        var items: Int
        var errors: Int
        /// Of what was read, uncompressed.
        var bytes: Int
        var failure: CommandFailure?
    }

    func report(_ outcome: Outcome, _ summary: CommandSummary) throws(CommandFailure) {
        summary.print(
            "\(outcome.items) of \(outcome.records) records are in table \(outcome.table)",
            [
                ("command", .text("import")), ("table", .text(outcome.table)),
                ("status", .text(outcome.status)), ("records", .number(outcome.records)),
                ("items", .number(outcome.items)), ("errors", .number(outcome.errors)),
                ("bytes", .number(outcome.bytes)),
            ], isJSON: directory.isJSON)
        if let failure = outcome.failure { throw failure }
        if outcome.errors > 0 {
            throw CommandFailure("\(outcome.errors) records could not be imported", code: 3)
        }
    }
}
