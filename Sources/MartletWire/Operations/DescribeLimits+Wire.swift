// Order: docs/operations/DescribeLimits.md.

package import MartletEngine

extension DescribeLimits: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<DescribeLimits> {
        try readBody(body) { reader, progress throws(WireError) in
            while try reader.nextMember(&progress) != nil { try reader.skipValue() }
        }
        return DecodedRequest(DescribeLimits())
    }

    package static func encode(
        _ output: Output, for request: DecodedRequest<DescribeLimits>,
        into writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.member("AccountMaxReadCapacityUnits")
        writer.integer(output.accountReadUnits)
        writer.member("AccountMaxWriteCapacityUnits")
        writer.integer(output.accountWriteUnits)
        writer.member("TableMaxReadCapacityUnits")
        writer.integer(output.tableReadUnits)
        writer.member("TableMaxWriteCapacityUnits")
        writer.integer(output.tableWriteUnits)
        writer.endObject()
    }
}
