// Order: docs/operations/UpdateKinesisStreamingDestination.md.

internal import MartletCatalog
package import MartletEngine

extension UpdateKinesisStreamingDestination: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<UpdateKinesisStreamingDestination> {
        var read = KinesisMembers(configuration: "UpdateKinesisStreamingConfiguration")
        try readBody(body) { reader, progress throws(WireError) in
            while let name = try reader.nextMember(&progress) {
                try read.read(name, from: &reader)
            }
        }
        let members = try read.checked("updateKinesisStreamingConfiguration")
        return DecodedRequest(
            UpdateKinesisStreamingDestination(
                table: members.table, streamARN: members.streamARN, precision: members.precision))
    }

    package static func encode(
        _ output: Output, for request: DecodedRequest<UpdateKinesisStreamingDestination>,
        into writer: inout JSONWriter
    ) {
        writer.destination(
            of: output.table, streamARN: request.operation.streamARN, status: "UPDATING",
            as: "UpdateKinesisStreamingConfiguration", precision: request.operation.precision)
    }
}
