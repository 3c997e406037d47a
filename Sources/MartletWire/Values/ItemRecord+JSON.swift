// Stored records become JSON without becoming values first: names, texts and numerals are copied
// from the record's bytes, which hold them in the order and the form that answers have. Only packed
// numbers are made into texts, in place.

package import MartletEncoding
package import MartletEngine
internal import MartletModel

extension ReturnedItem: ItemJSONSource {
    package func writeJSON(to writer: inout JSONWriter) {
        switch self {
        case .record(let record): record.writeJSON(to: &writer)
        case .item(let item): item.writeJSON(to: &writer)
        }
    }
}

extension ItemRecord: ItemJSONSource {
    package func writeJSON(to writer: inout JSONWriter) {
        withAttributes { cursor in
            writer.attributes(count: attributeCount, from: &cursor)
        }
    }
}

extension JSONWriter {
    fileprivate mutating func attributes(count: Int, from cursor: inout RecordCursor) {
        beginObject()
        for _ in 0..<count {
            string(cursor.bytes())
            append(UInt8(ascii: ":"))
            value(from: &cursor)
        }
        endObject()
    }

    private mutating func value(from cursor: inout RecordCursor) {
        switch cursor.tag() {
        case .null: open("{\"NULL\":true}")
        case .false: open("{\"BOOL\":false}")
        case .true: open("{\"BOOL\":true}")
        case .string: stringValue(cursor.bytes())
        case .number: numberValue(cursor.bytes())
        case .binary:
            open("{\"B\":")
            base64(cursor.bytes())
            endObject()
        case .stringSet:
            open("{\"SS\":[")
            for _ in 0..<cursor.count() { string(cursor.bytes()) }
            close("]}")
        case .numberSet:
            open("{\"NS\":[")
            for _ in 0..<cursor.count() { string(cursor.bytes()) }
            close("]}")
        case .binarySet:
            open("{\"BS\":[")
            for _ in 0..<cursor.count() { base64(cursor.bytes()) }
            close("]}")
        case .list:
            open("{\"L\":[")
            for _ in 0..<cursor.count() { value(from: &cursor) }
            close("]}")
        case .map:
            open("{\"M\":")
            attributes(count: cursor.count(), from: &cursor)
            endObject()
        case .floats: packedList(cursor.packedNumbers(.floats))
        case .widenedFloats: packedList(cursor.packedNumbers(.widenedFloats))
        case .doubles: packedList(cursor.packedNumbers(.doubles))
        }
    }

    private mutating func packedList(_ numbers: PackedNumbers) {
        open("{\"L\":[")
        for position in 0..<numbers.count {
            reserve(DecimalDigits.writingBytes + 7)
            open("{\"N\":\"")
            advance(by: numbers[position].write(to: buffer + count))
            close("\"}")
        }
        close("]}")
    }
}
