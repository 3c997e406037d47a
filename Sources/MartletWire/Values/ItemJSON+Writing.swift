// Attribute values as DynamoDB's JSON. Sets and maps come out in the order in which they are kept,
// so equal items have equal texts.

internal import Glibc
package import MartletModel

/// Something that can write an item as JSON: an item, or a stored record that becomes text without
/// becoming values first.
package protocol ItemJSONSource {
    /// Writes one object: attribute values by name.
    func writeJSON(to writer: inout JSONWriter)
}

extension AttributeMap: ItemJSONSource {
    package func writeJSON(to writer: inout JSONWriter) { writer.attributes(self) }
}

extension JSONWriter {
    /// An item, a key or a map's entries.
    package mutating func attributes(_ entries: AttributeMap) {
        beginObject()
        for entry in entries.entries {
            self.entry(entry.name)
            value(entry.value)
        }
        endObject()
    }

    /// `{"<type>": …}`.
    package mutating func value(_ value: AttributeValue) {
        switch value {
        case .string(let text): text.withUTF8 { stringValue($0) }
        case .number(let number):
            var digits = number.description
            digits.withUTF8 { numberValue($0) }
        case .binary(let bytes):
            open("{\"B\":")
            bytes.withUnsafeBufferPointer { base64($0) }
            endObject()
        case .bool(let value): open(value ? "{\"BOOL\":true}" : "{\"BOOL\":false}")
        case .null: open("{\"NULL\":true}")
        case .stringSet(let set):
            open("{\"SS\":[")
            for member in set.elements { string(member) }
            close("]}")
        case .numberSet(let set):
            open("{\"NS\":[")
            for member in set.elements { string(member.description) }
            close("]}")
        case .binarySet(let set):
            open("{\"BS\":[")
            for member in set.elements { member.bytes.withUnsafeBufferPointer { base64($0) } }
            close("]}")
        case .list(let elements):
            open("{\"L\":[")
            for element in elements { self.value(element) }
            close("]}")
        case .map(let entries):
            open("{\"M\":")
            attributes(entries)
            endObject()
        }
    }

    /// `{"S":"…"}`, from the text's UTF-8 bytes.
    @inline(__always)
    package mutating func stringValue(_ text: UnsafeBufferPointer<UInt8>) {
        open("{\"S\":\"")
        escaped(text)
        close("\"}")
    }

    /// `{"N":"…"}`, from a canonical numeral.
    @inline(__always)
    package mutating func numberValue(_ digits: UnsafeBufferPointer<UInt8>) {
        reserve(digits.count + 9)
        open("{\"N\":\"")
        memcpy(buffer + count, digits.baseAddress!, digits.count)
        advance(by: digits.count)
        close("\"}")
    }

    /// Brackets and a type's name, as the next entry.
    @inline(__always)
    package mutating func open(_ text: StaticString) { raw(text) }

    /// Brackets that end what `open` began.
    @inline(__always)
    package mutating func close(_ text: StaticString) {
        reserve(text.utf8CodeUnitCount)
        memcpy(buffer + count, text.utf8Start, text.utf8CodeUnitCount)
        advance(by: text.utf8CodeUnitCount)
    }
}
