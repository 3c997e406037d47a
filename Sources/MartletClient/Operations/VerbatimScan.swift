// A Scan whose items are only passed on: they stay as bytes, so that a copy has every digit and
// every spelling that the source answered with.

internal import MartletModel
package import MartletWire

package struct VerbatimScan: ClientOperation {
    package struct Page: Sendable {
        /// Each as `BatchWriteRequest` has it.
        package var puts: [[UInt8]] = []
        /// `startKey` of the next page, in JSON; nil behind the last.
        package var nextKey: [UInt8]?
    }

    package static let name = "Scan"

    package var table: String
    package var segment: (number: Int, of: Int)
    package var startKey: [UInt8]?

    package init(table: String, segment: (number: Int, of: Int), startKey: [UInt8]?) {
        self.table = table
        self.segment = segment
        self.startKey = startKey
    }

    package func write(to writer: inout JSONWriter) {
        writer.text("TableName", table)
        writer.number("Segment", segment.number)
        writer.number("TotalSegments", segment.of)
        writer.flag("ConsistentRead", true)
        if let startKey {
            writer.member("ExclusiveStartKey")
            writer.verbatim(startKey)
        }
    }

    package static func read(_ members: inout AnswerReader) throws(WireError) -> Page {
        var page = Page()
        while let name = try members.next() {
            switch name {
            case "Items":
                var list = try members.reader.beginArray()
                while try members.reader.nextElement(&list) {
                    page.puts.append(put(try members.reader.readVerbatim()))
                }
            case "LastEvaluatedKey":
                let key = try members.reader.readVerbatim()
                page.nextKey = key.elementsEqual("null".utf8) ? nil : Array(key)
            default: try members.reader.skipValue()
            }
        }
        return page
    }

    private static func put(_ item: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var put: [UInt8] = []
        put.reserveCapacity(item.count + 26)
        put += "{\"PutRequest\":{\"Item\":".utf8
        put += item
        put += "}}".utf8
        return put
    }
}
