// `martlet import --endpoint`: the same, asked of a server, of a bucket that it knows.

internal import MartletCatalog
internal import MartletModel
internal import MartletWire

extension ImportCommand {
    /// - Parameters:
    ///   - creation: what the table is to be.
    ///   - input: the members of the request that say in which form the items are.
    func fill(
        _ table: String, _ creation: JSONTree, from source: BucketURL,
        _ input: [(name: String, value: JSONTree)], at open: OpenEndpoint
    ) throws(CommandFailure) {
        let summary = CommandSummary()
        var place: [(name: String, value: JSONTree)] = [("S3Bucket", .string(source.bucket))]
        if let prefix = source.prefix { place.append(("S3KeyPrefix", .string(prefix))) }
        let members: [(name: String, value: JSONTree)] = [
            ("S3BucketSource", .object(place)), ("TableCreationParameters", creation),
        ]
        let arn = try open.call("ImportTable", members + input)
            .required("ImportTableDescription").text("ImportArn")
        var described = JSONTree.null
        func count(_ name: String) -> Int { described[name]?.integer ?? 0 }
        try open.wait(ifStopped: "The server goes on with the import.") {
            bar throws(CommandFailure) in
            described = try open.call("DescribeImport", [("ImportArn", .string(arn))])
                .required("ImportTableDescription")
            bar.show("importing", count("ProcessedItemCount"), of: nil)
            return try described.text("ImportStatus") != "IN_PROGRESS"
        }
        try report(
            Outcome(
                table: table, status: try described.text("ImportStatus"),
                records: count("ProcessedItemCount"), items: count("ImportedItemCount"),
                errors: count("ErrorCount"), bytes: count("ProcessedSizeBytes"),
                failure: described.failure), summary)
    }

    /// What of the request is about the form of the items.
    func inputMembers() -> [(name: String, value: JSONTree)] {
        var members: [(name: String, value: JSONTree)] = [
            ("InputFormat", .string((format ?? .dynamoDBJSON).rawValue))
        ]
        if let compression {
            members.append(("InputCompressionType", .string(compression.rawValue)))
        }
        var csv: [(name: String, value: JSONTree)] = []
        if let delimiter { csv.append(("Delimiter", .string(delimiter))) }
        if let columns { csv.append(("HeaderList", .array(columns.map(JSONTree.string)))) }
        if !csv.isEmpty { members.append(("InputFormatOptions", .object([("Csv", .object(csv))]))) }
        return members
    }

    /// The table to make, as ImportTable is told: of the definition's members those that it has.
    func creation() throws(CommandFailure) -> JSONTree {
        let name: (name: String, value: JSONTree) = ("TableName", .string(table!.description))
        guard let definitionPath else {
            func list(_ member: String, _ values: [String]) -> JSONTree {
                .array(
                    zip(keys, values).map { key, value in
                        .object([
                            ("AttributeName", .string(key.0.name.string)), (member, .string(value)),
                        ])
                    })
            }
            return .object([
                name,
                ("AttributeDefinitions", list("AttributeType", keys.map(\.1.rawValue))),
                ("KeySchema", list("KeyType", keys.map(\.0.role.rawValue))),
                ("BillingMode", .string("PAY_PER_REQUEST")),
            ])
        }
        guard let tree = JSONTree(try readText(definitionPath)) else {
            throw CommandFailure("\(definitionPath): this is no JSON")
        }
        let members = [
            "AttributeDefinitions", "KeySchema", "BillingMode", "ProvisionedThroughput",
            "OnDemandThroughput", "SSESpecification", "GlobalSecondaryIndexes", "VectorIndexes",
        ]
        return .object([name] + members.compactMap { name in tree[name].map { (name, $0) } })
    }
}
