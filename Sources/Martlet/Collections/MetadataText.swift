// Metadata of programs that have them as JSON text. Values alone lose the order of names and how
// numbers are written, which tells 1.0 from 1. Where they do, the text is kept beside the values:
//
//   CRC-32C of the text that the values make, 8 hexadecimal digits · the text as it was given
//
// Whoever changes the values over the wire does not know the text. The checksum tells: a text whose
// values are others is no longer used.

internal import MartletEncoding
package import MartletModel

/// Metadata as they were read from JSON.
package struct JSONMetadata: Sendable {
    package let values: Metadata
    /// To be kept beside the values; nil when they make the same text.
    let text: Text?

    /// Of the text that was given.
    let byteCount: Int

    package init(_ json: UnsafeRawBufferPointer) throws(JSONFault) {
        byteCount = json.count
        values = try Metadata(json: json)
        var made: [UInt8] = []
        made.append(json: values)
        if made.elementsEqual(json) {
            text = nil
        } else {
            text = Text(
                Self.checksum(of: made[...]) + String(decoding: json, as: UTF8.self))
        }
    }

    fileprivate static func checksum(of bytes: ArraySlice<UInt8>) -> String {
        let digits = String(bytes.withUnsafeBytes { crc32c($0) }, radix: 16)
        return String(repeating: "0", count: 8 - digits.utf8.count) + digits
    }
}

extension [UInt8] {
    /// Appends metadata as they were given, or as their values are if they have changed since.
    package mutating func append(json metadata: Metadata, text: Text?) {
        let start = count
        append(json: metadata)
        guard let text else { return }
        let checksum = JSONMetadata.checksum(of: self[start...])
        text.withUTF8 { text in
            guard text.starts(with: checksum.utf8) else { return }
            removeSubrange(start...)
            append(contentsOf: text.dropFirst(8))
        }
    }
}
