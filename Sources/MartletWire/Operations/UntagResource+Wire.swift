// Order: docs/operations/UntagResource.md.

package import MartletEngine
internal import MartletModel

extension UntagResource: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<UntagResource> {
        var resourceARN: String?
        var keys: [Text]?
        try readBody(body) { reader, progress throws(WireError) in
            while let name = try reader.nextMember(&progress) {
                switch name {
                case "ResourceArn": resourceARN = try reader.readOptionalString()
                case "TagKeys": keys = try reader.readOptionalTexts()
                default: try reader.skipValue()
                }
            }
        }
        let arn = try checkedResourceARN(resourceARN)
        guard let keys, !keys.isEmpty else {
            throw .validation("Atleast one Tag Key needs to be provided as Input.")
        }
        return DecodedRequest(UntagResource(resourceARN: arn, keys: keys.map(\.string)))
    }

    package static func encode(
        _ output: Void, for request: DecodedRequest<UntagResource>, into writer: inout JSONWriter
    ) {
        writer.raw("{}")
    }
}
