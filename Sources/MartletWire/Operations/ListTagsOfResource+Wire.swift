// Order: docs/operations/ListTagsOfResource.md.

internal import MartletCatalog
package import MartletEngine
internal import MartletModel

extension ListTagsOfResource: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<ListTagsOfResource> {
        var resourceARN: String?
        var nextToken: String?
        try readBody(body) { reader, progress throws(WireError) in
            while let name = try reader.nextMember(&progress) {
                switch name {
                case "ResourceArn": resourceARN = try reader.readOptionalString()
                case "NextToken": nextToken = try reader.readOptionalString()
                default: try reader.skipValue()
                }
            }
        }
        return DecodedRequest(
            ListTagsOfResource(
                resourceARN: try checkedResourceARN(resourceARN), nextToken: nextToken))
    }

    package static func encode(
        _ output: Output, for request: DecodedRequest<ListTagsOfResource>,
        into writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.member("Tags")
        writer.beginArray()
        for tag in output.tags {
            writer.beginObject()
            writer.member("Key")
            writer.string(tag.key)
            writer.member("Value")
            writer.string(tag.value)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
    }
}

/// The ARN that an operation on tags names, which must be a resource's.
func checkedResourceARN(_ arn: String?) throws(WireError) -> String {
    guard let arn, !arn.isEmpty else { throw .validation("Invalid TableArn") }
    do throws(ValidationError) {
        _ = try ResourceARN(parsing: arn)
        return arn
    } catch {
        throw .validation(error.message)
    }
}
