// Names of collections and of their tables. A collection's name is one or more letters, digits, `-`
// and `_`; a table's is 3 to 255 of the same in ASCII, or `.`. Most names are both. In the others,
// a byte that tables do not have is `.` and two hexadecimal digits, and short ones get dots at the
// end:
//
//   notes   notes          ab   ab.          vögel   v.c3.b6gel

internal import MartletCatalog

enum CollectionName {
    /// Of a database of one collection.
    static let single = "vectors"

    /// The table's name.
    /// - Throws: `invalidName`.
    static func table(_ name: String) throws(VectorDatabaseError) -> TableName {
        guard !name.isEmpty, name.unicodeScalars.allSatisfy(isAllowed) else {
            throw .invalidName(name)
        }
        var text = ""
        for byte in name.utf8 {
            if byte < 0x80 {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                text += "." + String(byte, radix: 16)
            }
        }
        while text.utf8.count < 3 { text += "." }
        guard text.utf8.count <= 255 else { throw .invalidName(name) }
        return TableName(text)
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "-" || scalar == "_" || scalar.properties.isAlphabetic
            || scalar.properties.generalCategory == .decimalNumber
    }

    /// The collection's name; nil for a table that was not named here.
    static func collection(_ table: TableName) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(table.description.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: ".") else {
                bytes.append(byte)
                continue
            }
            if rest.allSatisfy({ $0 == UInt8(ascii: ".") }) { break }
            guard rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            else { return nil }
            bytes.append(value)
            rest.removeFirst(2)
        }
        guard let name = String(validating: bytes, as: UTF8.self),
            (try? self.table(name)) == table
        else { return nil }
        return name
    }
}
