// Order: docs/operations/CreateTable.md.

package import MartletCatalog
package import MartletEngine

extension CreateTable: WireOperation {
    private struct Members {
        var table: String?
        var definitions: DefinitionMembers?
        var keySchema: KeySchemaMembers?
        var localIndexes: [IndexMembers]?
        var globalIndexes: [IndexMembers]?
        var vectorIndexes: [VectorIndexMembers]?
        var settings = TableSettingMembers()
        var tags: TagMembers?
        var resourcePolicy: String?
        var globalTableSource: String?

        mutating func read(
            _ name: JSONString, from reader: inout JSONReader
        ) throws(WireError) {
            switch name {
            case "TableName": table = try reader.readOptionalString()
            case "AttributeDefinitions":
                definitions = try DefinitionMembers.read(from: &reader)
            case "KeySchema": keySchema = try KeySchemaMembers.read(from: &reader)
            case "LocalSecondaryIndexes":
                localIndexes = try IndexMembers.readList(.local, from: &reader)
            case "GlobalSecondaryIndexes":
                globalIndexes = try IndexMembers.readList(.global, from: &reader)
            case "VectorIndexes": vectorIndexes = try VectorIndexMembers.readList(from: &reader)
            case "Tags": tags = try TagMembers.read(from: &reader)
            case "ResourcePolicy": resourcePolicy = try reader.readOptionalString()
            case "GlobalTableSourceArn": globalTableSource = try reader.readOptionalString()
            default: if try !settings.read(name, from: &reader) { try reader.skipValue() }
            }
        }
    }

    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<CreateTable> {
        let members = try readBody(body) { reader, progress throws(WireError) in
            var members = Members()
            while let name = try reader.nextMember(&progress) {
                try members.read(name, from: &reader)
            }
            return members
        }
        let name = try checkedNewName(members.table)
        var checks = MemberChecks()
        let settings = members.settings
        let billing = settings.billing(&checks)
        // A replica would take its key from its source.
        let isReplica = members.globalTableSource != nil
        checks.require(members.keySchema != nil || isReplica, at: "keySchema")
        let key = members.keySchema?.check(&checks, at: "keySchema", limit: 2)
        checks.require(members.definitions != nil || isReplica, at: "attributeDefinitions")
        let definitions = members.definitions?.check(&checks)
        let localIndexes = checks.indexes(
            members.localIndexes, at: "localSecondaryIndexes", keyLimit: 2)
        let globalIndexes = checks.indexes(
            members.globalIndexes, at: "globalSecondaryIndexes", keyLimit: .max)
        let vectorIndexes = checks.vectorIndexes(members.vectorIndexes, at: "vectorIndexes")
        let tableClass = settings.tableClass(&checks)
        let stream = settings.stream(&checks)
        let encryption = settings.encryption(&checks)
        let tags = members.tags?.check(&checks) ?? []
        checks.length(
            of: members.globalTableSource, in: 1...1_024, at: "globalTableSourceArn")
        let replication = settings.settingsReplication(&checks)
        try checks.check()
        let policy = try members.resourcePolicy.map { text throws(WireError) in
            try PolicyDocument(text).canonical
        }
        return DecodedRequest(
            CreateTable(
                TableRequest(
                    name: name, attributeDefinitions: definitions ?? [], keySchema: key ?? [],
                    localIndexes: localIndexes, globalIndexes: globalIndexes,
                    vectorIndexes: vectorIndexes, billing: billing,
                    provisioned: settings.provisioned?.provisioned,
                    onDemand: settings.onDemand?.partial, warm: settings.warm?.partial,
                    tableClass: tableClass, isDeletionProtected: settings.isDeletionProtected,
                    stream: stream, encryption: encryption, tags: tags,
                    resourcePolicy: policy, settingsReplication: replication,
                    globalTableSource: members.globalTableSource)))
    }

    /// A new table's name: missing, then pattern and length, before all other members.
    private static func checkedNewName(_ name: String?) throws(WireError) -> TableName {
        guard let name else {
            throw .validation(
                "The parameter 'TableName' is required but was not present in the request")
        }
        var checks = MemberChecks()
        checks.name(name, at: "tableName")
        try checks.check()
        return TableName(name)
    }

    package static func encode(
        _ output: TableDescription, for request: DecodedRequest<CreateTable>,
        into writer: inout JSONWriter
    ) {
        writer.tableDescription(output, as: "TableDescription")
    }
}
