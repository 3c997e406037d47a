// Order: docs/operations/CreateBackup.md.

internal import MartletCatalog
package import MartletEngine

extension CreateBackup: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<CreateBackup> {
        var table: String?
        var name: String?
        try readBody(body) { reader, progress throws(WireError) in
            while let member = try reader.nextMember(&progress) {
                switch member {
                case "TableName": table = try reader.readOptionalString()
                case "BackupName": name = try reader.readOptionalString()
                default: try reader.skipValue()
                }
            }
        }
        var checks = MemberChecks()
        checks.require(name != nil, at: "backupName")
        checks.name(name, at: "backupName")
        let checked = checks.tableName(table)
        try checks.check()
        return DecodedRequest(CreateBackup(table: checked, name: name!))
    }

    package static func encode(
        _ output: BackupDescription, for request: DecodedRequest<CreateBackup>,
        into writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.backupDetails(output)
        writer.endObject()
    }
}
