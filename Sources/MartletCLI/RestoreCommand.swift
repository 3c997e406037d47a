// `martlet restore`: a new table of a backup, or of a table as it was at a moment.

internal import MartletCatalog
internal import MartletEngine
internal import MartletModel

struct RestoreCommand: Command {
    static let name = "restore"
    static let help = """
        usage: martlet restore --backup NAME-OR-ARN --to NAME [OPTIONS]
               martlet restore --table NAME [--time MOMENT] --to NAME [OPTIONS]

        Makes a new table with the items of a backup, or with those that a table with point-in-time
        recovery had at a moment. A restore that is stopped or killed goes on when the directory is
        opened the next time, by a server too; until it is done the table cannot be used.

          --backup NAME-OR-ARN    the backup; of several with a name, the latest
          --table NAME            the table to go back with
          --time MOMENT           to when (default: now); seconds since 1970, or like
                                  2026-11-20T12:00:00Z
          --to NAME               the table to make

        \(EndpointOptions.help)
        \(DirectoryOptions.help)
        """

    private var directory = DirectoryOptions()
    private var endpoint = EndpointOptions()
    private var backup: String?
    private var source: TableName?
    private var time: Timestamp?
    private var target: TableName?

    init(_ words: [String]) throws(UsageError) {
        var arguments = Arguments(words)
        while let option = try arguments.nextOption() {
            if try directory.take(option, from: &arguments) { continue }
            if try endpoint.take(option, from: &arguments) { continue }
            switch option {
            case "--backup": backup = try arguments.value()
            case "--table": source = try arguments.tableName()
            case "--time": time = try arguments.moment()
            case "--to": target = try arguments.tableName()
            default: throw UsageError("unknown option \(option)")
            }
        }
        guard target != nil else { throw UsageError("--to is needed") }
        guard (backup == nil) != (source == nil) else {
            throw UsageError("--backup or --table is needed, and not both")
        }
        if backup != nil, time != nil { throw UsageError("--time goes with --table") }
        try endpoint.check(directory)
    }

    var isJSON: Bool { directory.isJSON }

    func run() throws(CommandFailure) {
        if endpoint.isGiven {
            let (open, target) = (try endpoint.open(directory), target!.description)
            if let backup { return try restore(backup: backup, to: target, at: open) }
            return try restore(table: source!.description, at: time, to: target, at: open)
        }
        try directory.run { open throws(CommandFailure) in
            let summary = CommandSummary()
            let (begun, total) = try begin(in: open)
            var description = begun
            try open.wait(ifStopped: "The restore goes on when the directory is opened again.") {
                bar throws(CommandFailure) in
                try open.read { () throws(OperationError) in
                    description = try open.engine.run(DescribeTable(table: target!))
                    bar.show(
                        "restoring", try open.engine.copiedCount(to: begun.definition.id), of: total
                    )
                    return description.status == .active
                }
            }
            summary.print(
                "\(description.tally.itemCount) items are in table \(target!)",
                [
                    ("command", .text("restore")), ("table", .text(target!.description)),
                    ("items", .number(description.tally.itemCount)),
                    ("bytes", .number(description.tally.sizeBytes)),
                ], isJSON: directory.isJSON)
        }
    }

    /// - Returns: the table, and how many items it will have as far as that is known.
    private func begin(
        in open: OpenDirectory
    ) throws(CommandFailure) -> (TableDescription, total: Int?) {
        let request = RestoreRequest(target: target!)
        guard let backup else {
            let description = try open.run(
                RestoreTableToPointInTime(source: .name(source!), time: time, request: request))
            return (description, nil)
        }
        let all = try open.backups(of: nil)
        guard let found = all.last(where: { $0.arn == backup || $0.backup.name == backup }) else {
            throw CommandFailure("there is no backup \(backup); see martlet backup --list")
        }
        return (
            try open.run(RestoreTableFromBackup(arn: found.arn, request: request)),
            found.backup.itemCount
        )
    }
}
