// The JSON reader against a recursive reader that was written from RFC 8259 and knows nothing of it.
//
//   * Both agree on what is JSON, down to the depth at which ours refuses.
//   * Both agree on what it says: values, names, the last of several members of one name.
//   * What the writer writes is read as the same.

internal import MartletWire

extension Fuzzer {
    static let json = Fuzzer(
        "json",
        words: [
            "{", "}", "[", "]", ":", ",", "\"", "\\u", "\\ud83d\\ude00", "\\n", "true", "false",
            "null", "-0", "1.5e-3", "1E+400", "[[[[[[[[", "{\"a\":", "é", "\u{1F600}",
        ],
        // JSONTree looks for a member's earlier place from the front, so names are compared often.
        allocation: (64 << 10, 4 << 10),
        seeds: { _ in
            [
                #"{"TableName":"t","Item":{"pk":{"S":"a\u00e9\n"},"n":{"N":"-1.50e3"}}}"#,
                "{ \"a\" : [ 1.25 , -0 , 1E5, true, false, null, \"é€\u{1F600}\" ] , \"b\" : { } }",
                #"["\ud83d\ude00 \\ \" \/", {"a":1,"a":2}, [[[[]]]], ""]"#, "-12.5e+10", "\"\"",
            ].map { Array($0.utf8) }
        },
        check: { bytes throws(Finding) in
            let bytes = bytes.bindMemory(to: UInt8.self)
            var plain = PlainReader(bytes)
            let expected = plain.document()
            let isJSON = expected != nil && plain.deepest <= JSONReader.depthLimit
            try require(
                JSONReader.isWellFormed(bytes) == isJSON, "only one says that it is JSON")
            guard let tree = JSONTree(bytes) else {
                // A tree has 32 levels, and what is in the innermost brackets may be one.
                return try require(!isJSON || plain.deepest >= 32, "JSON, but no tree")
            }
            try require(isJSON, "a tree of what is no JSON")
            try require(PlainValue(tree) == expected, "trees differ")
            let written = text(of: tree)
            let again = written.withUnsafeBufferPointer { JSONTree($0) }
            guard let again else { throw Finding("what was written is no JSON") }
            try require(PlainValue(again) == expected, "what was written is another tree")
        })

    private static func text(of tree: JSONTree) -> [UInt8] {
        var writer = JSONWriter()
        tree.write(to: &writer)
        return writer.withBytes { Array($0) }
    }
}

private indirect enum PlainValue: Equatable {
    case literal(String)
    case string([UInt8])
    case array([PlainValue])
    case object([Member])

    struct Member: Equatable {
        var name: [UInt8]
        var value: PlainValue
    }

    init(_ tree: JSONTree) {
        self =
            switch tree {
            case .null: .literal("null")
            case .bool(let value): .literal(value ? "true" : "false")
            case .number(let text): .literal(text)
            case .string(let text): .string(Array(text.utf8))
            case .array(let elements): .array(elements.map { PlainValue($0) })
            case .object(let members):
                .object(members.map { Member(name: Array($0.utf8), value: PlainValue($1)) })
            }
    }
}

/// Reads a text as scalars, after the standard library said that it is UTF-8.
private struct PlainReader {
    private var scalars: [UnicodeScalar] = []
    private let isText: Bool
    private var position = 0
    private(set) var deepest = 0
    private var depth = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        let text = String(validating: bytes, as: UTF8.self)
        isText = text != nil
        if let text { scalars = Array(text.unicodeScalars) }
    }

    mutating func document() -> PlainValue? {
        guard isText, let value = value() else { return nil }
        skipSpace()
        return position == scalars.count ? value : nil
    }

    private var next: UnicodeScalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func take(_ scalar: UnicodeScalar) -> Bool {
        guard next == scalar else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while let scalar = next, [0x20, 0x09, 0x0A, 0x0D].contains(scalar.value) { position += 1 }
    }

    private mutating func value() -> PlainValue? {
        skipSpace()
        switch next {
        case "\"": return string().map { .string($0) }
        case "[", "{":
            let opening = scalars[position]
            position += 1
            depth += 1
            deepest = max(deepest, depth)
            // Deeper than any limit: what follows does not matter, and the stack does.
            guard depth <= 600 else { return nil }
            defer { depth -= 1 }
            return opening == "[" ? array() : object()
        case "t": return literal("true")
        case "f": return literal("false")
        case "n": return literal("null")
        default: return number()
        }
    }

    private mutating func literal(_ word: String) -> PlainValue? {
        for scalar in word.unicodeScalars where !take(scalar) { return nil }
        return .literal(word)
    }

    private mutating func array() -> PlainValue? {
        var elements: [PlainValue] = []
        skipSpace()
        if take("]") { return .array([]) }
        while true {
            guard let element = value() else { return nil }
            elements.append(element)
            skipSpace()
            if take("]") { return .array(elements) }
            guard take(",") else { return nil }
        }
    }

    private mutating func object() -> PlainValue? {
        var members: [PlainValue.Member] = []
        skipSpace()
        if take("}") { return .object([]) }
        while true {
            skipSpace()
            guard let name = string() else { return nil }
            skipSpace()
            guard take(":"), let value = value() else { return nil }
            if let place = members.firstIndex(where: { $0.name == name }) {
                members[place].value = value
            } else {
                members.append(PlainValue.Member(name: name, value: value))
            }
            skipSpace()
            if take("}") { return .object(members) }
            guard take(",") else { return nil }
        }
    }

    /// UTF-16 units first, as the standard has it, and text afterwards.
    private mutating func string() -> [UInt8]? {
        guard take("\"") else { return nil }
        var units: [UInt16] = []
        while let scalar = next {
            position += 1
            switch scalar {
            case "\"":
                return String(validating: units, as: UTF16.self).map { Array($0.utf8) }
            case "\\":
                guard let unit = escape() else { return nil }
                units.append(unit)
            default:
                guard scalar.value >= 0x20 else { return nil }
                units.append(contentsOf: UTF16.encode(scalar)!)
            }
        }
        return nil
    }

    private mutating func escape() -> UInt16? {
        guard let mark = next else { return nil }
        position += 1
        switch mark {
        case "\"", "\\", "/": return UInt16(mark.value)
        case "b": return 0x08
        case "f": return 0x0C
        case "n": return 0x0A
        case "r": return 0x0D
        case "t": return 0x09
        case "u":
            var unit: UInt16 = 0
            for _ in 0..<4 {
                guard let digit = next, digit.isASCII, let value = Character(digit).hexDigitValue
                else { return nil }
                position += 1
                unit = unit << 4 | UInt16(value)
            }
            return unit
        default: return nil
        }
    }

    private mutating func number() -> PlainValue? {
        let start = position
        _ = take("-")
        if !take("0") { guard digits() else { return nil } }
        if take(".") { guard digits() else { return nil } }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            guard digits() else { return nil }
        }
        var text = ""
        text.unicodeScalars.append(contentsOf: scalars[start..<position])
        return .literal(text)
    }

    private mutating func digits() -> Bool {
        let start = position
        while let scalar = next, ("0"..."9").contains(scalar) { position += 1 }
        return position > start
    }
}
