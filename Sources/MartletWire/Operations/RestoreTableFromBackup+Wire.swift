// Order: docs/operations/RestoreTableFromBackup.md.

package import MartletCatalog
package import MartletEngine

extension RestoreTableFromBackup: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<RestoreTableFromBackup> {
        var arn: String?
        var members = RestoreMembers()
        try readBody(body) { reader, progress throws(WireError) in
            while let member = try reader.nextMember(&progress) {
                switch member {
                case "BackupArn": arn = try reader.readOptionalString()
                default: if try !members.read(member, from: &reader) { try reader.skipValue() }
                }
            }
        }
        var checks = MemberChecks()
        checks.require(arn != nil, at: "backupArn")
        checks.backupARN(arn)
        let request = members.check(&checks)
        try checks.check()
        return DecodedRequest(RestoreTableFromBackup(arn: arn!, request: request))
    }

    package static func encode(
        _ output: TableDescription, for request: DecodedRequest<RestoreTableFromBackup>,
        into writer: inout JSONWriter
    ) {
        writer.tableDescription(output, as: "TableDescription")
    }
}
