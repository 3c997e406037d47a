// `martlet export`: the items of a table, or what changed in it, into a folder; without a server.

internal import Glibc
internal import MartletCatalog
internal import MartletEngine
internal import MartletModel
internal import MartletTransfer
internal import MartletWire

struct ExportCommand: Command {
    static let name = "export"
    static let help = """
        usage: martlet export --table NAME --to FOLDER [OPTIONS]

        Writes a table as DynamoDB exports it: FOLDER/AWSDynamoDB/ID/ gets manifests and, in gzip,
        a line of DynamoDB JSON for each item. manifest-summary.json comes last: with it the export
        is whole. When the command is stopped or killed, the same command goes on.

          --table NAME            the table
          --to FOLDER             where to write; made if it is not there. With --endpoint it is a
                                  bucket that the server has: s3://BUCKET/PREFIX
          --time MOMENT           export what was there then (default: now)
          --from-time MOMENT      export only what changed since then
          --to-time MOMENT        … and before then (default: now)
          --view VIEW             of what changed: new-and-old (default) or new

        A moment is seconds since 1970, or like 2026-11-20T12:00:00Z. Moments of the past need
        point-in-time recovery. From --from-time to --to-time it is 15 minutes to 24 hours.

        \(EndpointOptions.help)
        \(DirectoryOptions.help)
        """

    private var directory = DirectoryOptions()
    private var endpoint = EndpointOptions()
    private var table: TableName?
    private var target: String?
    private var time: Timestamp?
    private var (from, to): (Timestamp?, Timestamp?)
    private var view: ExportJob.View?

    init(_ words: [String]) throws(UsageError) {
        var arguments = Arguments(words)
        while let option = try arguments.nextOption() {
            if try directory.take(option, from: &arguments) { continue }
            if try endpoint.take(option, from: &arguments) { continue }
            switch option {
            case "--table": table = try arguments.tableName()
            case "--to": target = try arguments.value()
            case "--time": time = try arguments.moment()
            case "--from-time": from = try arguments.moment()
            case "--to-time": to = try arguments.moment()
            case "--view":
                switch try arguments.value() {
                case "new-and-old": view = .newAndOldImages
                case "new": view = .newImage
                case let other:
                    throw UsageError("--view takes new-and-old or new, not \(other)")
                }
            default: throw UsageError("unknown option \(option)")
            }
        }
        guard table != nil else { throw UsageError("--table is needed") }
        guard target != nil else { throw UsageError("--to is needed") }
        if from == nil, to != nil || view != nil {
            throw UsageError("--to-time and --view go with --from-time")
        }
        if from != nil, time != nil {
            throw UsageError("--time and --from-time exclude each other")
        }
        try endpoint.check(directory)
        if endpoint.isGiven, BucketURL(target!) == nil {
            throw UsageError("with --endpoint, --to is s3://BUCKET/PREFIX")
        }
    }

    var isJSON: Bool { directory.isJSON }

    /// What a request says of moments.
    private var moments: [(name: String, value: JSONTree)] {
        func number(_ moment: Timestamp) -> JSONTree { .number("\(moment.secondsSince1970)") }
        if let time { return [("ExportTime", number(time))] }
        guard let from else { return [] }
        var period: [(name: String, value: JSONTree)] = [
            ("ExportFromTime", number(from)),
            ("ExportViewType", .string((view ?? .newAndOldImages).rawValue)),
        ]
        if let to { period.append(("ExportToTime", number(to))) }
        return [
            ("ExportType", .string("INCREMENTAL_EXPORT")),
            ("IncrementalExportSpecification", .object(period)),
        ]
    }

    func run() throws(CommandFailure) {
        if endpoint.isGiven {
            return try export(
                table!.description, moments, to: BucketURL(target!)!, at: endpoint.open(directory))
        }
        let folder = try madeFolder(target!)
        let summary = CommandSummary()
        var ended: ExportJob?
        try directory.run { open throws(CommandFailure) in
            let request = ExportJob.Request(
                tableARN: ResourceARN(owner: open.owner, table: table!).description, time: time,
                target: BucketPath(bucket: folder),
                incremental: from.map {
                    ExportJob.Incremental(from: $0, to: to, view: view ?? .newAndOldImages)
                })
            ended = try Self.write(request, in: open)
        }
        let job = ended!
        summary.print(
            "\(job.itemCount) \(job.request.incremental == nil ? "items" : "changes") of table "
                + "\(job.table) are in \(folder)/\(job.keyPrefix)",
            [
                ("command", .text("export")), ("table", .text(job.table.description)),
                ("status", .text(job.status.rawValue)), ("type", .text(job.typeName)),
                ("items", .number(job.itemCount)), ("bytes", .number(job.billedBytes)),
                ("manifest", .text("\(folder)/\(job.manifestKey)")),
            ], isJSON: directory.isJSON)
        if let failure = job.failure { throw CommandFailure(failure) }
    }

    /// The absolute path of a folder, which is made if it is not there.
    private func madeFolder(_ path: String) throws(CommandFailure) -> String {
        if mkdir(path, 0o777) != 0, errno != EEXIST {
            throw CommandFailure("cannot make \(path): \(String(cString: strerror(errno)))")
        }
        guard let resolved = realpath(path, nil) else {
            throw CommandFailure("cannot open \(path): \(String(cString: strerror(errno)))")
        }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// Begins the export, or goes on with the one that an earlier command began.
    private static func write(
        _ request: ExportJob.Request, in open: OpenDirectory
    ) throws(CommandFailure) -> ExportJob {
        let underway = try open.read { () throws(OperationError) in
            try open.engine.jobsUnderway(ExportJob.self).first { $0.request == request }
        }
        var operation = ExportTableToPointInTime(request)
        operation.allowsAnyTable = true
        let job: ExportJob
        if let underway { job = underway } else { job = try open.run(operation).job }
        let total = try itemCount(of: job.table, in: open)
        let work = TransferWork(engine: open.engine, command: job.id)
        work.wake(.export)
        defer { work.stop() }
        var current = job
        try open.wait(ifStopped: "The same command goes on with this export.") {
            bar throws(CommandFailure) in
            try open.read { () throws(OperationError) in
                current = try open.engine.job(ExportJob.self, job.id) ?? current
                let isReady = open.engine.isReady(job)
                let done =
                    isReady ? work.writtenCount : try open.engine.copiedCount(to: job.rowsID)
                let isWhole = request.incremental == nil
                bar.show(isReady ? "writing" : "copying", done, of: isWhole ? total : nil)
            }
            return !current.isUnderway
        }
        return current
    }

    private static func itemCount(
        of table: TableName, in open: OpenDirectory
    ) throws(CommandFailure) -> Int {
        try open.read { () throws(OperationError) in
            try open.engine.run(DescribeTable(table: table)).tally.itemCount
        }
    }
}
