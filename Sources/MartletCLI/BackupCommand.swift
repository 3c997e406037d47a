// `martlet backup`: keeps the items of a table as they are, inside the data directory.

internal import MartletCatalog
internal import MartletEngine
internal import MartletModel

struct BackupCommand: Command {
    static let name = "backup"
    static let help = """
        usage: martlet backup --table NAME [OPTIONS]
               martlet backup --list [--table NAME] [OPTIONS]

        Keeps the items of a table as they are now, in the data directory; `martlet restore` makes a
        new table of them. A backup that is stopped or killed goes on when the directory is opened
        the next time, by a server too.

          --table NAME            the table
          --name NAME             what to call the backup (default: the table's name)
          --list                  print the backups instead: name, table, when, items, ARN

        \(EndpointOptions.help)
        \(DirectoryOptions.help)
        """

    private var directory = DirectoryOptions()
    private var endpoint = EndpointOptions()
    private var table: TableName?
    private var backupName: String?
    private var isList = false

    init(_ words: [String]) throws(UsageError) {
        var arguments = Arguments(words)
        while let option = try arguments.nextOption() {
            if try directory.take(option, from: &arguments) { continue }
            if try endpoint.take(option, from: &arguments) { continue }
            switch option {
            case "--table": table = try arguments.tableName()
            case "--name":
                let text = try arguments.value()
                // A backup's name has the characters and the lengths of a table's.
                guard TableName.isValid(text) else {
                    throw UsageError("no name of a backup: \(text)")
                }
                backupName = text
            case "--list": isList = true
            default: throw UsageError("unknown option \(option)")
            }
        }
        if table == nil, !isList { throw UsageError("--table is needed") }
        if isList, backupName != nil { throw UsageError("--list and --name exclude each other") }
        try endpoint.check(directory)
    }

    var isJSON: Bool { directory.isJSON }

    func run() throws(CommandFailure) {
        if endpoint.isGiven {
            let open = try endpoint.open(directory)
            if isList { return try list(table?.description, at: open) }
            return try backUp(
                table!.description, as: backupName ?? table!.description, at: open)
        }
        try directory.run { open throws(CommandFailure) in
            if isList { return try list(in: open) }
            let summary = CommandSummary()
            let begun = try open.run(
                CreateBackup(table: table!, name: backupName ?? table!.description))
            try open.wait(ifStopped: "The backup goes on when the directory is opened again.") {
                bar throws(CommandFailure) in
                try open.read { () throws(OperationError) in
                    let backup = try open.engine.run(DescribeBackup(arn: begun.arn))
                    bar.show(
                        "copying", try open.engine.copiedCount(to: begun.backup.rowsID),
                        of: begun.backup.itemCount)
                    return backup.status != .creating
                }
            }
            summary.print(
                "\(begun.backup.itemCount) items of table \(begun.backup.table.name) are in "
                    + "\(begun.arn)",
                [
                    ("command", .text("backup")),
                    ("table", .text(begun.backup.table.name.description)),
                    ("name", .text(begun.backup.name)), ("arn", .text(begun.arn)),
                    ("items", .number(begun.backup.itemCount)),
                    ("bytes", .number(begun.backup.sizeBytes)),
                ], isJSON: directory.isJSON)
        }
    }

    /// A line for each backup; in JSON, an object for each.
    private func list(in open: OpenDirectory) throws(CommandFailure) {
        for backup in try open.backups(of: table) {
            CommandSummary().print(
                [
                    backup.backup.name, backup.backup.table.name.description,
                    backup.backup.created.streamLabel + "Z", "\(backup.backup.itemCount)",
                    backup.arn,
                ].joined(separator: "\t"),
                [
                    ("name", .text(backup.backup.name)),
                    ("table", .text(backup.backup.table.name.description)),
                    ("created", .text(backup.backup.created.streamLabel + "Z")),
                    ("status", .text(backup.status.rawValue)),
                    ("items", .number(backup.backup.itemCount)), ("arn", .text(backup.arn)),
                ], isJSON: directory.isJSON)
        }
    }
}

extension OpenDirectory {
    /// All backups, in the order in which they were made.
    func backups(of table: TableName?) throws(CommandFailure) -> [BackupDescription] {
        try read { () throws(OperationError) in
            var found: [BackupDescription] = []
            var start: String?
            repeat {
                let page = try engine.run(
                    ListBackups(table: table, kind: .all, exclusiveStartARN: start))
                found += page.backups
                start = page.lastEvaluatedARN
            } while start != nil
            return found
        }
    }
}
