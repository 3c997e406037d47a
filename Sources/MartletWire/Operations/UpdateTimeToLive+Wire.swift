// Order: docs/operations/UpdateTimeToLive.md.

internal import MartletCatalog
package import MartletEngine
internal import MartletModel

extension UpdateTimeToLive: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<UpdateTimeToLive> {
        var tableName: String?
        var specification: (attribute: String?, isEnabled: Bool?)?
        try readBody(body) { reader, progress throws(WireError) in
            while let name = try reader.nextMember(&progress) {
                switch name {
                case "TableName": tableName = try reader.readOptionalString()
                case "TimeToLiveSpecification": specification = try read(from: &reader)
                default: try reader.skipValue()
                }
            }
        }
        var checks = MemberChecks()
        let path = "timeToLiveSpecification"
        checks.require(specification != nil, at: path)
        if let specification {
            checks.require(specification.attribute != nil, at: path + ".attributeName")
            checks.length(of: specification.attribute, in: 1...255, at: path + ".attributeName")
            checks.require(specification.isEnabled != nil, at: path + ".enabled")
        }
        let table = checks.tableName(tableName)
        try checks.check()
        return DecodedRequest(
            UpdateTimeToLive(
                table: table, attribute: Text(specification!.attribute!),
                isEnabled: specification!.isEnabled!))
    }

    private static func read(
        from reader: inout JSONReader
    ) throws(WireError) -> (attribute: String?, isEnabled: Bool?)? {
        guard var progress = try reader.beginStructure("TimeToLiveSpecification") else {
            return nil
        }
        var specification: (attribute: String?, isEnabled: Bool?) = (nil, nil)
        while let name = try reader.nextMember(&progress) {
            switch name {
            case "AttributeName": specification.attribute = try reader.readOptionalString()
            case "Enabled": specification.isEnabled = try reader.readOptionalBool()
            default: try reader.skipValue()
            }
        }
        return specification
    }

    package static func encode(
        _ output: Output, for request: DecodedRequest<UpdateTimeToLive>,
        into writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.member("TimeToLiveSpecification")
        writer.beginObject()
        writer.member("Enabled")
        writer.bool(output.isEnabled)
        writer.member("AttributeName")
        writer.string(output.attribute)
        writer.endObject()
        writer.endObject()
    }
}
