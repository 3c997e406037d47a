// Order: docs/operations/DescribeTableReplicaAutoScaling.md.

package import MartletEngine

extension DescribeTableReplicaAutoScaling: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<DescribeTableReplicaAutoScaling> {
        DecodedRequest(DescribeTableReplicaAutoScaling(table: try readTableName(body)))
    }

    package static func encode(
        _ output: Never, for request: DecodedRequest<DescribeTableReplicaAutoScaling>,
        into writer: inout JSONWriter
    ) {}
}
