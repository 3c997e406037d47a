// Order: docs/operations/ImportTable.md.

internal import MartletCatalog
package import MartletEngine
internal import MartletModel

extension ImportTable: WireOperation {
    private struct Members {
        var clientToken: String?
        var source: BucketMembers?
        var format: String?
        /// nil inside when InputFormatOptions says nothing of CSV.
        var csv: CSVMembers?
        var compression: String?
        var table: TableCreationMembers?

        mutating func read(
            _ name: JSONString, from reader: inout JSONReader
        ) throws(WireError) {
            switch name {
            case "ClientToken": clientToken = try reader.readOptionalString()
            case "S3BucketSource": source = try BucketMembers.read("S3BucketSource", from: &reader)
            case "InputFormat": format = try reader.readOptionalString()
            case "InputFormatOptions": csv = try CSVMembers.read(from: &reader)
            case "InputCompressionType": compression = try reader.readOptionalString()
            case "TableCreationParameters":
                table = try TableCreationMembers.read(from: &reader)
            default: try reader.skipValue()
            }
        }
    }

    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<ImportTable> {
        let members = try readBody(body) { reader, progress throws(WireError) in
            var members = Members()
            while let name = try reader.nextMember(&progress) {
                try members.read(name, from: &reader)
            }
            return members
        }
        var checks = MemberChecks()
        checks.clientToken(members.clientToken)
        checks.require(members.source != nil, at: "s3BucketSource")
        let source = members.source?.check(
            &checks, at: "s3BucketSource.", prefixName: "s3KeyPrefix")
        checks.require(members.format != nil, at: "inputFormat")
        let format = checks.choice(members.format, of: .importFormat, at: "inputFormat")
        checks.csv(delimiter: members.csv?.delimiter, headers: members.csv?.headers)
        let compression = checks.choice(
            members.compression, of: .inputCompression, at: "inputCompressionType")
        checks.require(members.table != nil, at: "tableCreationParameters")
        let table = members.table?.check(&checks)
        try checks.check()
        try refuseIon(format, "InputFormat")
        if members.csv != nil, format != .csv {
            throw .validation(
                "One or more parameter values were invalid: "
                    + "InputFormatOptions can only be specified when InputFormat is CSV")
        }
        return DecodedRequest(
            ImportTable(
                table!,
                from: ImportJob.Input(
                    source: source!.0, format: format!, delimiter: members.csv?.delimiter,
                    headers: members.csv?.headers, compression: compression ?? .none),
                clientToken: members.clientToken))
    }

    package static func encode(
        _ output: Output, for request: DecodedRequest<ImportTable>, into writer: inout JSONWriter
    ) {
        writer.importDescription(output)
    }
}

extension BucketMembers {
    static func read(
        _ structure: StaticString, from reader: inout JSONReader
    ) throws(WireError) -> BucketMembers? {
        guard var progress = try reader.beginStructure(structure) else { return nil }
        var members = BucketMembers()
        while let name = try reader.nextMember(&progress) {
            if try !members.read(name, from: &reader) { try reader.skipValue() }
        }
        return members
    }
}

private struct CSVMembers {
    var delimiter: String?
    var headers: [String]?

    /// The member Csv of InputFormatOptions.
    static func read(from reader: inout JSONReader) throws(WireError) -> CSVMembers? {
        guard var progress = try reader.beginStructure("InputFormatOptions") else { return nil }
        var members: CSVMembers?
        while let name = try reader.nextMember(&progress) {
            switch name {
            case "Csv":
                guard var options = try reader.beginStructure("CsvOptions") else { continue }
                var csv = CSVMembers()
                while let name = try reader.nextMember(&options) {
                    switch name {
                    case "Delimiter": csv.delimiter = try reader.readOptionalString()
                    case "HeaderList":
                        csv.headers = try reader.readOptionalTexts()?.map(\.string)
                    default: try reader.skipValue()
                    }
                }
                members = csv
            default: try reader.skipValue()
            }
        }
        return members
    }
}

private struct TableCreationMembers {
    var table: String?
    var definitions: DefinitionMembers?
    var keySchema: KeySchemaMembers?
    var globalIndexes: [IndexMembers]?
    var vectorIndexes: [VectorIndexMembers]?
    var settings = TableSettingMembers()

    static func read(
        from reader: inout JSONReader
    ) throws(WireError) -> TableCreationMembers? {
        guard var progress = try reader.beginStructure("TableCreationParameters") else {
            return nil
        }
        var members = TableCreationMembers()
        while let name = try reader.nextMember(&progress) {
            switch name {
            case "TableName": members.table = try reader.readOptionalString()
            case "AttributeDefinitions":
                members.definitions = try DefinitionMembers.read(from: &reader)
            case "KeySchema": members.keySchema = try KeySchemaMembers.read(from: &reader)
            case "GlobalSecondaryIndexes":
                members.globalIndexes = try IndexMembers.readList(.global, from: &reader)
            case "VectorIndexes":
                members.vectorIndexes = try VectorIndexMembers.readList(from: &reader)
            case "BillingMode", "ProvisionedThroughput", "OnDemandThroughput", "SSESpecification":
                _ = try members.settings.read(name, from: &reader)
            default: try reader.skipValue()
            }
        }
        return members
    }

    /// Checks the members; the result counts only when all checks passed.
    func check(_ checks: inout MemberChecks) -> TableRequest {
        let path = "tableCreationParameters"
        checks.require(table != nil, at: path + ".tableName")
        checks.name(table, at: path + ".tableName")
        let billing = settings.billing(&checks)
        checks.require(keySchema != nil, at: path + ".keySchema")
        let key = keySchema?.check(&checks, at: path + ".keySchema", limit: 2)
        checks.require(definitions != nil, at: path + ".attributeDefinitions")
        let definitions = definitions?.check(&checks)
        let globalIndexes = checks.indexes(
            globalIndexes, at: path + ".globalSecondaryIndexes", keyLimit: .max)
        let vectorIndexes = checks.vectorIndexes(vectorIndexes, at: path + ".vectorIndexes")
        let encryption = settings.encryption(&checks)
        return TableRequest(
            name: TableName(table ?? ""), attributeDefinitions: definitions ?? [],
            keySchema: key ?? [], globalIndexes: globalIndexes, vectorIndexes: vectorIndexes,
            billing: billing, provisioned: checks.isEmpty ? settings.provisioned?.provisioned : nil,
            onDemand: settings.onDemand?.partial, encryption: encryption)
    }
}
