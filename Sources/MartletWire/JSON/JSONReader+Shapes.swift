// Members read as the types that the service's model gives them. JSON null stands for an absent
// member. A value of another JSON type is a serialization failure whose text names what was found,
// as the service's own parser does; the texts leak the class names of its implementation.

package import MartletModel

extension JSONReader {
    // MARK: Scalars

    package mutating func readOptionalString() throws(WireError) -> String? {
        try readOptionalRawString()?.string
    }

    package mutating func readOptionalText() throws(WireError) -> Text? {
        try readOptionalRawString()?.text
    }

    @inline(__always)
    package mutating func readOptionalRawString() throws(WireError) -> JSONString? {
        let kind = try peek()
        if kind == .string { return try readString() }
        if kind == .null {
            try readLiteral(kind)
            return nil
        }
        throw try mismatch(kind, "String", class: "java.lang.String")
    }

    package mutating func readOptionalBool() throws(WireError) -> Bool? {
        let kind = try peek()
        switch kind {
        case .true, .false:
            try readLiteral(kind)
            return kind == .true
        case .null:
            try readLiteral(kind)
            return nil
        case .string: throw .serialization("Unexpected token received from parser")
        default: throw try mismatch(kind, "Boolean", class: "java.lang.Boolean")
        }
    }

    /// The width that the model gives an integer member.
    package enum IntegerType: String {
        case integer = "Integer"
        case long = "Long"
    }

    /// A number without its fraction. One beyond the type's range is taken to its nearest end.
    package mutating func readOptionalInteger(
        _ type: IntegerType = .integer
    ) throws(WireError) -> Int? {
        let kind = try peek()
        switch kind {
        case .number:
            let number = try readNumber()
            let isNegative = number.bytes[0] == UInt8(ascii: "-")
            let value = number.truncated ?? (isNegative ? .min : .max)
            return Int(type == .long ? value : Int64(Int32(clamping: value)))
        case .null:
            try readLiteral(kind)
            return nil
        case .string: throw .serialization("STRING_VALUE cannot be converted to \(type.rawValue)")
        default: throw try mismatch(kind, type.rawValue, class: "java.lang.\(type.rawValue)")
        }
    }

    /// A moment: seconds since 1970 with their fraction.
    package mutating func readOptionalSeconds() throws(WireError) -> Double? {
        let kind = try peek()
        switch kind {
        case .number: return Double(String(decoding: try readNumber().bytes, as: UTF8.self))
        case .null:
            try readLiteral(kind)
            return nil
        case .string: throw .serialization("STRING_VALUE cannot be converted to Timestamp")
        default: throw try mismatch(kind, "Timestamp", class: "java.util.Date")
        }
    }

    /// Base64 text as bytes.
    package mutating func readOptionalBlob() throws(WireError) -> [UInt8]? {
        let kind = try peek()
        switch kind {
        case .string:
            let text = try readString()
            let result = text.withBytes { bytes -> Result<[UInt8], Base64Failure> in
                Result { () throws(Base64Failure) in try Base64.decode(bytes) }
            }
            switch result {
            case .success(let bytes): return bytes
            case .failure(let failure): throw .serialization(Self.text(failure))
            }
        case .null:
            try readLiteral(kind)
            return nil
        case .number, .true, .false:
            throw .serialization("only base-64-encoded strings are convertible to bytes")
        default: throw try mismatch(kind, "", class: "java.nio.ByteBuffer")
        }
    }

    // MARK: Structures, maps and lists

    /// Opens a structure; nil for null.
    /// - Parameters:
    ///   - name: the structure's name in the model.
    ///   - isEntry: whether it stands in a list or a map, where the text for scalars differs.
    @inline(__always)
    package mutating func beginStructure(
        _ name: StaticString, isEntry: Bool = false
    ) throws(WireError) -> Progress? {
        let kind = try peek()
        if kind == .object { return try beginObject() }
        if kind == .null {
            try readLiteral(kind)
            return nil
        }
        guard kind == .array else {
            throw .serialization(
                isEntry ? "Unexpected value type in payload" : "Unexpected field type")
        }
        throw .serialization("Unrecognized collection type class \(Self.modelClass(name))")
    }

    /// Opens a map; nil for null.
    /// - Parameter valueClass: the class of the map's values, as the service's texts name it.
    package mutating func beginMap(of valueClass: String) throws(WireError) -> Progress? {
        switch try peek() {
        case .object: return try beginObject()
        case .null:
            try readLiteral(.null)
            return nil
        case .array:
            throw .serialization(
                "Unrecognized collection type java.util.Map<java.lang.String, \(valueClass)>")
        default: throw .serialization("Unexpected field type")
        }
    }

    /// Opens a list; nil for null.
    package mutating func beginList() throws(WireError) -> Progress? {
        switch try peek() {
        case .array: return try beginArray()
        case .null:
            try readLiteral(.null)
            return nil
        case .object:
            throw .serialization("Start of structure or map found where not expected")
        default: throw .serialization("Unexpected field type")
        }
    }

    /// Opens a list or a map that stands in another list or map: anything else makes the service's
    /// parser fail at a cast, and that is what it answers.
    package mutating func beginNested(_ kind: JSONKind) throws(WireError) -> Progress? {
        let found = try peek()
        if found == .null {
            try readLiteral(.null)
            return nil
        }
        guard found == kind else {
            throw .serialization(
                "class sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl cannot be cast "
                    + "to class java.lang.Class (sun.reflect.generics.reflectiveObjects."
                    + "ParameterizedTypeImpl and java.lang.Class are in module java.base of loader "
                    + "'bootstrap')")
        }
        return kind == .array ? try beginArray() : try beginObject()
    }

    /// A list of strings; null elements are dropped.
    package mutating func readOptionalTexts() throws(WireError) -> [Text]? {
        guard var progress = try beginList() else { return nil }
        var texts: [Text] = []
        while try nextElement(&progress) {
            if let text = try readOptionalText() { texts.append(text) }
        }
        return texts
    }

    /// The class of a structure, as the service's texts name it.
    static func modelClass(_ name: StaticString) -> String {
        "com.amazonaws.dynamodb.v20120810.\(name)"
    }

    // MARK: Texts

    /// The failure for a value of `kind` where another type is due.
    func mismatch(
        _ kind: JSONKind, _ type: String, class name: String
    ) throws(WireError) -> WireError {
        switch kind {
        case .object: .serialization("Start of structure or map found where not expected")
        case .array: .serialization("Unrecognized collection type class \(name)")
        case .true: .serialization("TRUE_VALUE cannot be converted to \(type)")
        case .false: .serialization("FALSE_VALUE cannot be converted to \(type)")
        case .number:
            .serialization(
                "\(try numberIsInteger() ? "NUMBER" : "DECIMAL")_VALUE cannot be converted to "
                    + type)
        case .string, .null: .serialization("STRING_VALUE cannot be converted to \(type)")
        }
    }

    private func numberIsInteger() throws(WireError) -> Bool {
        var ahead = self
        return try ahead.readNumber().isInteger
    }

    private static func text(_ failure: Base64Failure) -> String {
        switch failure {
        case .length(let count):
            "Base64 encoded length is expected a multiple of 4 bytes but found: \(count)"
        case .character(let byte):
            "Invalid Base64 character: '\(Character(Unicode.Scalar(byte)))'"
        // The service's own spelling.
        case .lastCharacter: "Invalid last non-pad Base64 character dectected"
        }
    }
}

/// Reads a whole request body.
///
/// A body that is not JSON is reported as such even where a member of the wrong type comes first,
/// because the service parses before it looks.
func readBody<Value>(
    _ bytes: UnsafeBufferPointer<UInt8>,
    _ read: (inout JSONReader, inout JSONReader.Progress) throws(WireError) -> Value
) throws(WireError) -> Value {
    var reader = JSONReader(bytes)
    do throws(WireError) {
        var progress = try reader.beginObject()
        let value = try read(&reader, &progress)
        try reader.finish()
        return value
    } catch {
        guard JSONReader.isWellFormed(bytes) else { throw .malformed }
        throw error
    }
}
