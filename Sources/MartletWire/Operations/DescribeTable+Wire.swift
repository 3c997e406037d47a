// Order: docs/operations/DescribeTable.md.

package import MartletCatalog
package import MartletEngine

extension DescribeTable: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<DescribeTable> {
        DecodedRequest(DescribeTable(table: try readTableName(body)))
    }

    package static func encode(
        _ output: TableDescription, for request: DecodedRequest<DescribeTable>,
        into writer: inout JSONWriter
    ) {
        writer.tableDescription(output, as: "Table")
    }
}
