// Order: docs/operations/UpdateContinuousBackups.md.

internal import MartletCatalog
package import MartletEngine

extension UpdateContinuousBackups: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<UpdateContinuousBackups> {
        var tableName: String?
        var specification: (isEnabled: Bool?, days: Int?)?
        try readBody(body) { reader, progress throws(WireError) in
            while let member = try reader.nextMember(&progress) {
                switch member {
                case "TableName": tableName = try reader.readOptionalString()
                case "PointInTimeRecoverySpecification": specification = try read(from: &reader)
                default: try reader.skipValue()
                }
            }
        }
        let path = "pointInTimeRecoverySpecification"
        var checks = MemberChecks()
        checks.require(specification != nil, at: path)
        if let specification {
            let days = RecoverySettings.periodsInDays
            checks.require(
                specification.isEnabled != nil, at: path + ".pointInTimeRecoveryEnabled")
            checks.range(
                of: specification.days, from: days.lowerBound, through: days.upperBound,
                at: path + ".recoveryPeriodInDays")
        }
        let table = checks.tableName(tableName)
        try checks.check()
        return DecodedRequest(
            UpdateContinuousBackups(
                table: table, isEnabled: specification!.isEnabled!,
                periodInDays: specification!.days))
    }

    private static func read(
        from reader: inout JSONReader
    ) throws(WireError) -> (isEnabled: Bool?, days: Int?)? {
        guard var progress = try reader.beginStructure("PointInTimeRecoverySpecification") else {
            return nil
        }
        var specification: (isEnabled: Bool?, days: Int?) = (nil, nil)
        while let name = try reader.nextMember(&progress) {
            switch name {
            case "PointInTimeRecoveryEnabled":
                specification.isEnabled = try reader.readOptionalBool()
            case "RecoveryPeriodInDays": specification.days = try reader.readOptionalInteger()
            default: try reader.skipValue()
            }
        }
        return specification
    }

    package static func encode(
        _ output: Output, for request: DecodedRequest<UpdateContinuousBackups>,
        into writer: inout JSONWriter
    ) {
        writer.continuousBackups(output)
    }
}
