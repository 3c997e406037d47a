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
            writer.attributes(
                count: attributeCount, from: &cursor, levels: RecordCursor.levels)
        }
    }
}

extension JSONWriter {
    fileprivate mutating func attributes(
        count: Int, from cursor: inout RecordCursor, levels: Int
    ) {
        beginObject()
        for _ in 0..<count {
            string(cursor.bytes())
            append(UInt8(ascii: ":"))
            value(from: &cursor, levels: levels)
        }
        endObject()
    }

    private mutating func value(from cursor: inout RecordCursor, levels: Int) {
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
            for _ in 0..<cursor.memberCount() { string(cursor.bytes()) }
            close("]}")
        case .numberSet:
            open("{\"NS\":[")
            for _ in 0..<cursor.memberCount() { string(cursor.bytes()) }
            close("]}")
        case .binarySet:
            open("{\"BS\":[")
            for _ in 0..<cursor.memberCount() { base64(cursor.bytes()) }
            close("]}")
        case .list where levels > 0:
            open("{\"L\":[")
            for _ in 0..<cursor.memberCount() { value(from: &cursor, levels: levels - 1) }
            close("]}")
        case .map where levels > 0:
            open("{\"M\":")
            attributes(count: cursor.memberCount(), from: &cursor, levels: levels - 1)
            endObject()
        case .list, .map:
            // Only a forged record nests so deep.
            cursor.skipAll()
            open("{\"NULL\":true}")
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
