// `martlet export --endpoint`: the same, asked of a server, into a bucket that it knows.

internal import MartletCatalog
internal import MartletWire

extension ExportCommand {
    /// - Parameter moments: what the request says of them.
    func export(
        _ table: String, _ moments: [(name: String, value: JSONTree)], to target: BucketURL,
        at open: OpenEndpoint
    ) throws(CommandFailure) {
        let summary = CommandSummary()
        let arn = try open.call("DescribeTable", [("TableName", .string(table))])
            .required("Table").text("TableArn")
        var members = moments + [("TableArn", .string(arn)), ("S3Bucket", .string(target.bucket))]
        if let prefix = target.prefix { members.append(("S3Prefix", .string(prefix))) }
        let export = try open.call("ExportTableToPointInTime", members)
            .required("ExportDescription").text("ExportArn")
        var described = JSONTree.null
        try open.wait(ifStopped: "The server goes on with the export.") {
            bar throws(CommandFailure) in
            bar.show("exporting")
            described = try open.call("DescribeExport", [("ExportArn", .string(export))])
                .required("ExportDescription")
            return try described.text("ExportStatus") != "IN_PROGRESS"
        }
        let items = described["ItemCount"]?.integer ?? 0
        let type = described["ExportType"]?.string ?? "FULL_EXPORT"
        let manifest = described["ExportManifest"]?.string.map { "s3://\(target.bucket)/\($0)" }
        let status = try described.text("ExportStatus")
        summary.print(
            "\(items) \(type == "FULL_EXPORT" ? "items" : "changes") of table \(table) are in "
                + (manifest ?? "s3://\(target.bucket)"),
            [
                ("command", .text("export")), ("table", .text(table)), ("status", .text(status)),
                ("type", .text(type)), ("items", .number(items)),
                ("bytes", .number(described["BilledSizeBytes"]?.integer ?? 0)),
                ("manifest", .text(manifest ?? "")),
            ], isJSON: isJSON)
        if let failure = described.failure { throw failure }
    }
}

extension JSONTree {
    /// Why a job failed, as its description says; nil when it did not.
    var failure: CommandFailure? {
        self["FailureCode"]?.string.map { code in
            CommandFailure("\(self["FailureMessage"]?.string ?? "it failed") (\(code))")
        }
    }
}
