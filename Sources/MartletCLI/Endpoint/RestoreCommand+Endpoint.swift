// `martlet restore --endpoint`: the same, asked of a server.

internal import MartletCatalog
internal import MartletWire

extension RestoreCommand {
    /// Makes a table of a backup.
    ///
    /// - Parameter backup: its name or its ARN; of several with a name, the latest.
    func restore(
        backup: String, to target: String, at open: OpenEndpoint
    ) throws(CommandFailure) {
        var arn = backup
        if !backup.hasPrefix("arn:") {
            let named = try open.backups(of: nil).filter { $0["BackupName"]?.string == backup }
            let latest = named.max { seconds($0) < seconds($1) }
            guard let latest else {
                throw CommandFailure("there is no backup \(backup); see martlet backup --list")
            }
            arn = try latest.text("BackupArn")
        }
        try finish(
            "RestoreTableFromBackup", [("BackupArn", .string(arn))], target: target, at: open)
    }

    /// Makes a table of what another had at a moment.
    ///
    /// - Parameter time: nil: now.
    func restore(
        table: String, at time: Timestamp?, to target: String, at open: OpenEndpoint
    ) throws(CommandFailure) {
        var members: [(name: String, value: JSONTree)] = [("SourceTableName", .string(table))]
        if let time {
            members.append(("RestoreDateTime", .number("\(time.secondsSince1970)")))
        } else {
            members.append(("UseLatestRestorableTime", .bool(true)))
        }
        try finish("RestoreTableToPointInTime", members, target: target, at: open)
    }

    private func seconds(_ backup: JSONTree) -> Double {
        guard case .number(let text)? = backup["BackupCreationDateTime"] else { return 0 }
        return Double(text) ?? 0
    }

    private func finish(
        _ operation: String, _ members: [(name: String, value: JSONTree)], target: String,
        at open: OpenEndpoint
    ) throws(CommandFailure) {
        let summary = CommandSummary()
        _ = try open.call(operation, members + [("TargetTableName", .string(target))])
        var table = JSONTree.null
        try open.wait(ifStopped: "The server goes on with the restore.") {
            bar throws(CommandFailure) in
            bar.show("restoring")
            table = try open.call("DescribeTable", [("TableName", .string(target))])
                .required("Table")
            return try table.text("TableStatus") == "ACTIVE"
        }
        let items = table["ItemCount"]?.integer ?? 0
        summary.print(
            "\(items) items are in table \(target)",
            [
                ("command", .text("restore")), ("table", .text(target)), ("items", .number(items)),
                ("bytes", .number(table["TableSizeBytes"]?.integer ?? 0)),
            ], isJSON: isJSON)
    }
}
