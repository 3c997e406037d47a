// Order: docs/operations/TagResource.md.

internal import MartletCatalog
package import MartletEngine

extension TagResource: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<TagResource> {
        var resourceARN: String?
        var tags: TagMembers?
        try readBody(body) { reader, progress throws(WireError) in
            while let name = try reader.nextMember(&progress) {
                switch name {
                case "ResourceArn": resourceARN = try reader.readOptionalString()
                case "Tags": tags = try TagMembers.read(from: &reader)
                default: try reader.skipValue()
                }
            }
        }
        let arn = try checkedResourceARN(resourceARN)
        var checks = MemberChecks()
        let checked = tags?.check(&checks) ?? []
        try checks.check()
        guard !checked.isEmpty else {
            throw .validation("Atleast one Tag needs to be provided as Input.")
        }
        return DecodedRequest(TagResource(resourceARN: arn, tags: checked))
    }

    package static func encode(
        _ output: Void, for request: DecodedRequest<TagResource>, into writer: inout JSONWriter
    ) {
        writer.raw("{}")
    }
}
