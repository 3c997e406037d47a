// Order: docs/operations/EnableKinesisStreamingDestination.md.

internal import MartletCatalog
package import MartletEngine

extension EnableKinesisStreamingDestination: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<EnableKinesisStreamingDestination> {
        var read = KinesisMembers(configuration: "EnableKinesisStreamingConfiguration")
        try readBody(body) { reader, progress throws(WireError) in
            while let name = try reader.nextMember(&progress) {
                try read.read(name, from: &reader)
            }
        }
        let members = try read.checked("enableKinesisStreamingConfiguration")
        return DecodedRequest(
            EnableKinesisStreamingDestination(
                table: members.table, streamARN: members.streamARN, precision: members.precision))
    }

    package static func encode(
        _ output: Output, for request: DecodedRequest<EnableKinesisStreamingDestination>,
        into writer: inout JSONWriter
    ) {
        writer.destination(
            of: output.table, streamARN: request.operation.streamARN, status: "ENABLING",
            as: "EnableKinesisStreamingConfiguration", precision: request.operation.precision)
    }
}
