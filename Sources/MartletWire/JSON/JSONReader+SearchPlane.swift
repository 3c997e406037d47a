// SearchVectors is answered by a service of its own, written in Rust, whose parser has words of its
// own for members of a wrong type: `invalid type: null, expected a string at line 1 column 27`. Each
// reading function here is for one member that must be there; `null` is a wrong type like any other.
// Places are counted in bytes: what was read of the line so far.

internal import MartletModel

extension JSONReader {
    mutating func readSearchString() throws(WireError) -> String {
        guard try peek() == .string else { throw try searchMismatch("a string") }
        return try readString().string
    }

    mutating func readOptionalSearchString() throws(WireError) -> String? {
        try readNull() ? nil : try readSearchString()
    }

    mutating func readSearchInteger() throws(WireError) -> Int {
        guard try peek() == .number else { throw try searchMismatch("i32") }
        var ahead = self
        let number = try ahead.readNumber()
        guard number.isInteger else { throw try searchMismatch("i32") }
        self = ahead
        guard let value = number.truncated, let integer = Int32(exactly: value) else {
            throw .serialization(
                "invalid value: integer `\(Self.text(number))`, expected i32\(place)")
        }
        return Int(integer)
    }

    mutating func readSearchVector() throws(WireError) -> DecodedVector {
        guard try peek() == .array else { throw try searchMismatch("a sequence") }
        return try readVector(try beginArray())
    }

    /// A request without a member that it must have. To be thrown when the body has been read.
    func missing(_ member: StaticString) -> WireError {
        .validation("missing field `\(member)`\(place)")
    }

    /// The failure for the value that comes next, where another type is due.
    private mutating func searchMismatch(_ expected: StaticString) throws(WireError) -> WireError {
        let found: String
        switch try peek() {
        case .object: found = "map"
        case .array: found = "sequence"
        case .null:
            try readLiteral(.null)
            found = "null"
        case .true:
            try readLiteral(.true)
            found = "boolean `true`"
        case .false:
            try readLiteral(.false)
            found = "boolean `false`"
        case .string: found = "string \(try readString().string.debugDescription)"
        case .number:
            let number = try readNumber()
            let text = Self.text(number)
            found = number.isInteger ? "integer `\(text)`" : "floating point `\(text)`"
        }
        return .serialization("invalid type: \(found), expected \(expected)\(place)")
    }

    /// A number as that parser shows it: what has a fraction or an exponent passes through binary
    /// floating point.
    private static func text(_ number: JSONNumber) -> String {
        let text = String(decoding: number.bytes, as: UTF8.self)
        return number.isInteger ? text : Double(text).map { "\($0)" } ?? text
    }

    private var place: String {
        var line = 1
        var start = 0
        for index in 0..<position where base[index] == UInt8(ascii: "\n") {
            line += 1
            start = index + 1
        }
        return " at line \(line) column \(position - start)"
    }
}
