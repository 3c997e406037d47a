// Order: docs/operations/DeleteTable.md.

package import MartletCatalog
package import MartletEngine

extension DeleteTable: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<DeleteTable> {
        DecodedRequest(DeleteTable(table: try readTableName(body)))
    }

    package static func encode(
        _ output: TableDescription, for request: DecodedRequest<DeleteTable>,
        into writer: inout JSONWriter
    ) {
        writer.tableDescription(output, as: "TableDescription")
    }
}
