// Order: docs/operations/DisableKinesisStreamingDestination.md.

internal import MartletCatalog
package import MartletEngine

extension DisableKinesisStreamingDestination: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<DisableKinesisStreamingDestination> {
        var read = KinesisMembers(configuration: "EnableKinesisStreamingConfiguration")
        try readBody(body) { reader, progress throws(WireError) in
            while let name = try reader.nextMember(&progress) {
                try read.read(name, from: &reader)
            }
        }
        let members = try read.checked("enableKinesisStreamingConfiguration")
        return DecodedRequest(
            DisableKinesisStreamingDestination(
                table: members.table, streamARN: members.streamARN,
                hasPrecision: members.precision != nil))
    }

    package static func encode(
        _ output: Output, for request: DecodedRequest<DisableKinesisStreamingDestination>,
        into writer: inout JSONWriter
    ) {
        writer.destination(
            of: output.table, streamARN: request.operation.streamARN, status: "DISABLING")
    }
}
