// `martlet backup --endpoint`: the same, asked of a server.

internal import MartletCatalog
internal import MartletWire

extension BackupCommand {
    func backUp(_ table: String, as name: String, at open: OpenEndpoint) throws(CommandFailure) {
        let summary = CommandSummary()
        let arn = try open.call(
            "CreateBackup", [("TableName", .string(table)), ("BackupName", .string(name))]
        ).required("BackupDetails").text("BackupArn")
        var description = JSONTree.null
        try open.wait(ifStopped: "The server goes on with the backup.") {
            bar throws(CommandFailure) in
            bar.show("copying")
            description = try open.call("DescribeBackup", [("BackupArn", .string(arn))])
                .required("BackupDescription")
            return try description.required("BackupDetails").text("BackupStatus") != "CREATING"
        }
        let items = description["SourceTableDetails"]?["ItemCount"]?.integer ?? 0
        let bytes = description["BackupDetails"]?["BackupSizeBytes"]?.integer ?? 0
        summary.print(
            "\(items) items of table \(table) are in \(arn)",
            [
                ("command", .text("backup")), ("table", .text(table)), ("name", .text(name)),
                ("arn", .text(arn)), ("items", .number(items)), ("bytes", .number(bytes)),
            ], isJSON: isJSON)
    }

    /// A line for each backup; in JSON, an object for each. A list of the service has no counts.
    func list(_ table: String?, at open: OpenEndpoint) throws(CommandFailure) {
        for backup in try open.backups(of: table) {
            let (name, arn) = (try backup.text("BackupName"), try backup.text("BackupArn"))
            let (of, status) = (try backup.text("TableName"), try backup.text("BackupStatus"))
            var created = "-"
            if case .number(let text)? = backup["BackupCreationDateTime"],
                let seconds = Double(text)
            {
                created = Timestamp(secondsSince1970: seconds).streamLabel + "Z"
            }
            CommandSummary().print(
                [name, of, created, arn].joined(separator: "\t"),
                [
                    ("name", .text(name)), ("table", .text(of)), ("created", .text(created)),
                    ("status", .text(status)), ("arn", .text(arn)),
                ], isJSON: isJSON)
        }
    }
}

extension OpenEndpoint {
    /// What ListBackups says of all backups, in its order.
    func backups(of table: String?) throws(CommandFailure) -> [JSONTree] {
        var found: [JSONTree] = []
        var start: JSONTree?
        repeat {
            var members: [(name: String, value: JSONTree)] = [("BackupType", .string("ALL"))]
            if let table { members.append(("TableName", .string(table))) }
            if let start { members.append(("ExclusiveStartBackupArn", start)) }
            let page = try call("ListBackups", members)
            found += page["BackupSummaries"]?.elements ?? []
            start = page["LastEvaluatedBackupArn"]
        } while start != nil
        return found
    }
}
