// Order: docs/operations/RestoreTableToPointInTime.md.

package import MartletCatalog
package import MartletEngine

extension RestoreTableToPointInTime: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<RestoreTableToPointInTime> {
        var (arn, name): (String?, String?) = (nil, nil)
        var usesLatest: Bool?
        var time: Double?
        var members = RestoreMembers()
        try readBody(body) { reader, progress throws(WireError) in
            while let member = try reader.nextMember(&progress) {
                switch member {
                case "SourceTableArn": arn = try reader.readOptionalString()
                case "SourceTableName": name = try reader.readOptionalString()
                case "UseLatestRestorableTime": usesLatest = try reader.readOptionalBool()
                case "RestoreDateTime": time = try reader.readOptionalSeconds()
                default: if try !members.read(member, from: &reader) { try reader.skipValue() }
                }
            }
        }
        var checks = MemberChecks()
        checks.name(name, at: "sourceTableName")
        checks.length(of: arn, in: 1...1024, at: "sourceTableArn")
        let request = members.check(&checks)
        try checks.check()
        let source = try source(name: name, arn: arn)
        switch (usesLatest ?? false, time) {
        case (true, _?):
            throw .validation(
                "One or more parameter values were invalid: UseLatestRestorableTime and "
                    + "RestoreDateTime can not both be specified")
        case (false, nil):
            throw .validation(
                "One or more parameter values were invalid: Either UseLatestRestorableTime or "
                    + "RestoreDateTime must be specified")
        default: break
        }
        return DecodedRequest(
            RestoreTableToPointInTime(
                source: source, time: time.map { Timestamp(secondsSince1970: $0) },
                request: request))
    }

    private static func source(name: String?, arn: String?) throws(WireError) -> Source {
        switch (name, arn) {
        case (let name?, nil): return .name(TableName(name))
        case (nil, let arn?): return .arn(arn)
        case (nil, nil):
            throw .validation(
                "One or more parameter values were invalid: Either SourceTableName or "
                    + "SourceTableArn must be specified")
        case (_?, _?):
            throw .validation(
                "One or more parameter values were invalid: SourceTableName and SourceTableArn "
                    + "can not both be specified")
        }
    }

    package static func encode(
        _ output: TableDescription, for request: DecodedRequest<RestoreTableToPointInTime>,
        into writer: inout JSONWriter
    ) {
        writer.tableDescription(output, as: "TableDescription")
    }
}
