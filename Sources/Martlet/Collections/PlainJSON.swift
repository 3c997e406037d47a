// JSON as files of exported vectors and metadata have it. Numbers keep the digits that they are
// written with, up to what `DecimalNumber` holds; names keep no order.

package import MartletModel

/// What is wrong with a text, and at which byte.
package struct JSONFault: Error {
    package let text: String
    package let offset: Int

    package init(text: String, offset: Int) {
        self.text = text
        self.offset = offset
    }
}

extension AttributeMap {
    /// Reads one JSON object.
    package init(json bytes: UnsafeRawBufferPointer) throws(JSONFault) {
        var reader = PlainJSONReader(bytes)
        guard case .map(let map) = try reader.value() else { throw reader.fault("no object") }
        try reader.finish()
        self = map
    }
}

extension [UInt8] {
    /// Appends an object on one line.
    package mutating func append(json map: AttributeMap) {
        var writer = PlainJSONWriter(isPretty: false)
        writer.value(.map(map))
        append(contentsOf: writer.bytes)
    }
}

extension [UInt8] {
    /// Appends a text in quotation marks.
    package mutating func append(jsonText text: String) {
        var writer = PlainJSONWriter(isPretty: false)
        writer.string(Text(text))
        append(contentsOf: writer.bytes)
    }
}

/// Reads one value after another from text.
struct PlainJSONReader {
    /// So deep may lists and maps be nested.
    private static let levels = 64

    private let bytes: UnsafeRawBufferPointer
    private(set) var offset = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    func fault(_ text: String) -> JSONFault { JSONFault(text: text, offset: offset) }

    mutating func skipSpace() {
        while offset < bytes.count {
            switch bytes[offset] {
            case 0x20, 0x09, 0x0A, 0x0D: offset += 1
            default: return
            }
        }
    }

    /// The next byte that is no space; not taken.
    mutating func peek() -> UInt8? {
        skipSpace()
        return offset < bytes.count ? bytes[offset] : nil
    }

    /// Takes a byte if it is the next that is no space.
    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek() == UInt8(ascii: character) else { return false }
        offset += 1
        return true
    }

    mutating func require(_ character: Unicode.Scalar) throws(JSONFault) {
        guard take(character) else { throw fault("\(character) was expected") }
    }

    /// Nothing may follow.
    mutating func finish() throws(JSONFault) {
        if peek() != nil { throw fault("there is more behind the end") }
    }

    /// Goes through the members of an object; `body` reads each value.
    mutating func members(
        _ body: (Text, inout PlainJSONReader) throws(JSONFault) -> Void
    ) throws(JSONFault) {
        try require("{")
        if take("}") { return }
        repeat {
            guard peek() == UInt8(ascii: "\"") else { throw fault("a name was expected") }
            let name = try string()
            try require(":")
            try body(name, &self)
        } while take(",")
        try require("}")
    }

    /// Goes through the elements of an array; `body` reads each.
    mutating func elements(
        _ body: (inout PlainJSONReader) throws(JSONFault) -> Void
    ) throws(JSONFault) {
        try require("[")
        if take("]") { return }
        repeat { try body(&self) } while take(",")
        try require("]")
    }

    mutating func value() throws(JSONFault) -> AttributeValue { try value(Self.levels) }

    /// The text of the next value, without the spaces around and between its parts.
    mutating func text() throws(JSONFault) -> [UInt8] {
        skipSpace()
        let start = offset
        _ = try value()
        var text: [UInt8] = []
        text.reserveCapacity(offset - start)
        var isQuoted = false
        var isEscaped = false
        for byte in bytes[start..<offset] {
            switch byte {
            case 0x20, 0x09, 0x0A, 0x0D: if !isQuoted { continue }
            case UInt8(ascii: "\""): if !isEscaped { isQuoted.toggle() }
            default: break
            }
            isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
            text.append(byte)
        }
        return text
    }

    private mutating func value(_ levels: Int) throws(JSONFault) -> AttributeValue {
        guard levels > 0 else { throw fault("values are nested too deeply") }
        switch peek() {
        case UInt8(ascii: "{"):
            var map = AttributeMap()
            try members { name, reader throws(JSONFault) in
                map[name] = try reader.value(levels - 1)
            }
            return .map(map)
        case UInt8(ascii: "["):
            var list: [AttributeValue] = []
            try elements { reader throws(JSONFault) in
                list.append(try reader.value(levels - 1))
            }
            return .list(list)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case nil: throw fault("the text ends too early")
        default: return .number(try number())
        }
    }

    private mutating func word(
        _ word: StaticString, _ value: AttributeValue
    ) throws(JSONFault) -> AttributeValue {
        let end = offset + word.utf8CodeUnitCount
        guard end <= bytes.count,
            bytes[offset..<end].elementsEqual(
                UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
        else { throw fault("a value was expected") }
        offset = end
        return value
    }

    /// Takes `null` if it is next.
    mutating func takeNull() throws(JSONFault) -> Bool {
        guard peek() == UInt8(ascii: "n") else { return false }
        _ = try word("null", .null)
        return true
    }

    mutating func number() throws(JSONFault) -> DecimalNumber {
        let numeral = try numeral()
        do throws(DecimalNumber.Failure) {
            return try DecimalNumber(parsing: numeral)
        } catch {
            throw fault("a number has too many digits or is beyond the range that can be kept")
        }
    }

    /// The nearest float of a number.
    mutating func float() throws(JSONFault) -> Float {
        let numeral = try numeral()
        guard let float = Float(numeral), float.isFinite else {
            throw fault("a number is beyond the range of vectors")
        }
        return float
    }

    /// The text of a number, by JSON's grammar.
    private mutating func numeral() throws(JSONFault) -> String {
        skipSpace()
        let start = offset
        func isDigit(_ place: Int) -> Bool {
            place < bytes.count && (0x30...0x39).contains(bytes[place])
        }
        func has(_ character: Unicode.Scalar, _ place: Int) -> Bool {
            place < bytes.count && bytes[place] == UInt8(ascii: character)
        }
        var end = offset
        func digits() throws(JSONFault) {
            guard isDigit(end) else { throw fault("a value was expected") }
            while isDigit(end) { end += 1 }
        }
        if has("-", end) { end += 1 }
        if has("0", end) { end += 1 } else { try digits() }
        if has(".", end) {
            end += 1
            try digits()
        }
        if has("e", end) || has("E", end) {
            end += 1
            if has("+", end) || has("-", end) { end += 1 }
            try digits()
        }
        offset = end
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }

    mutating func string() throws(JSONFault) -> Text {
        offset += 1
        var text: [UInt8] = []
        while offset < bytes.count {
            let byte = bytes[offset]
            switch byte {
            case UInt8(ascii: "\""):
                offset += 1
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw fault("text is not UTF-8")
                }
                return Text(string)
            case UInt8(ascii: "\\"): try escape(into: &text)
            case ..<0x20: throw fault("text has a control character")
            default:
                text.append(byte)
                offset += 1
            }
        }
        throw fault("text does not end")
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONFault) {
        offset += 1
        guard offset < bytes.count else { throw fault("text does not end") }
        let byte = bytes[offset]
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(8)
        case UInt8(ascii: "f"): text.append(12)
        case UInt8(ascii: "n"): text.append(10)
        case UInt8(ascii: "r"): text.append(13)
        case UInt8(ascii: "t"): text.append(9)
        case UInt8(ascii: "u"):
            var unit = UInt32(try hexadecimal())
            if unit & 0xFC00 == 0xD800, offset + 6 <= bytes.count,
                bytes[offset] == UInt8(ascii: "\\"), bytes[offset + 1] == UInt8(ascii: "u")
            {
                offset += 2
                let low = UInt32(try hexadecimal())
                guard low & 0xFC00 == 0xDC00 else { throw fault("half a character") }
                unit = 0x10000 + (unit & 0x3FF) << 10 + low & 0x3FF
            }
            guard let scalar = Unicode.Scalar(unit) else { throw fault("half a character") }
            text.append(contentsOf: String(Character(scalar)).utf8)
        default: throw fault("an unknown escape")
        }
    }

    private mutating func hexadecimal() throws(JSONFault) -> UInt16 {
        guard offset + 4 <= bytes.count,
            bytes[offset..<offset + 4].allSatisfy({ Unicode.Scalar($0).properties.isASCIIHexDigit }
            ),
            let unit = UInt16(
                String(decoding: bytes[offset..<offset + 4], as: UTF8.self), radix: 16)
        else { throw fault("four hexadecimal digits were expected") }
        offset += 4
        return unit
    }
}

/// Writes JSON. Sets become lists, binary values text in hexadecimal digits: metadata that programs
/// give have neither.
struct PlainJSONWriter {
    private(set) var bytes: [UInt8] = []
    private let isPretty: Bool
    private var depth = 0

    init(isPretty: Bool) { self.isPretty = isPretty }

    mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    mutating func raw(_ text: String) { bytes.append(contentsOf: text.utf8) }

    /// Metadata, as they were given if that is known: but indented, by their values.
    mutating func json(_ metadata: AttributeMap, text: Text?) {
        if isPretty { value(.map(metadata)) } else { bytes.append(json: metadata, text: text) }
    }

    mutating func newline() {
        guard isPretty else { return }
        bytes.append(0x0A)
        for _ in 0..<depth { raw("  ") }
    }

    mutating func open(_ bracket: Unicode.Scalar) {
        bytes.append(UInt8(ascii: bracket))
        depth += 1
    }

    mutating func close(_ bracket: Unicode.Scalar, isEmpty: Bool) {
        depth -= 1
        if !isEmpty { newline() }
        bytes.append(UInt8(ascii: bracket))
    }

    mutating func name(_ name: Text) {
        string(name)
        raw(isPretty ? ": " : ":")
    }

    mutating func string(_ text: Text) {
        bytes.append(UInt8(ascii: "\""))
        text.withUTF8 { text in
            for byte in text {
                switch byte {
                case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                    bytes.append(UInt8(ascii: "\\"))
                    bytes.append(byte)
                case 0x0A: raw("\\n")
                case 0x0D: raw("\\r")
                case 0x09: raw("\\t")
                case ..<0x20:
                    let digits = String(byte, radix: 16)
                    raw("\\u00" + (digits.utf8.count < 2 ? "0" : "") + digits)
                default: bytes.append(byte)
                }
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// The shortest text that reads back as the same float.
    mutating func float(_ float: Float) { raw(float.description) }

    mutating func value(_ value: AttributeValue) {
        switch value {
        case .null: raw("null")
        case .bool(let value): raw(value ? "true" : "false")
        case .number(let number): raw(number.description)
        case .string(let text): string(text)
        case .binary(let bytes):
            string(Text(bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()))
        case .list(let elements): list(elements)
        case .stringSet(let set): list(set.elements.map { .string($0) })
        case .numberSet(let set): list(set.elements.map { .number($0) })
        case .binarySet(let set): list(set.elements.map { .binary($0.bytes) })
        case .map(let map):
            open("{")
            for (position, entry) in map.enumerated() {
                if position > 0 { raw(",") }
                newline()
                name(entry.name)
                self.value(entry.value)
            }
            close("}", isEmpty: map.isEmpty)
        }
    }

    private mutating func list(_ elements: [AttributeValue]) {
        open("[")
        for (position, element) in elements.enumerated() {
            if position > 0 { raw(",") }
            newline()
            value(element)
        }
        close("]", isEmpty: elements.isEmpty)
    }
}
