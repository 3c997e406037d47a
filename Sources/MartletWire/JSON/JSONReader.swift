// A strict pull reader of JSON (RFC 8259) over bytes that the caller keeps alive and unchanged.
//
//   * Nothing beyond the standard: no comments, no leading zeros, no NaN, no byte order mark.
//   * Text is valid UTF-8 without unescaped control characters; a surrogate escape comes in a pair.
//   * Arrays and objects nest at most `depthLimit` deep, so a hostile body cannot exhaust the stack.
//   * The last of several members of one name counts.
//   * Numbers are slices of the input; nothing passes through binary floating point.
//
// The caller asks for what it expects. Reading moves forward only, allocates nothing by itself and
// never reads outside the bytes. After an error the position is unspecified. Not thread-safe.

/// The kind of a JSON value, known from its first byte.
package enum JSONKind: Equatable {
    case object, array, string, number, `true`, `false`, null
}

/// Reads one JSON text from front to back.
package struct JSONReader {
    /// Levels of arrays and objects that a body may have: far more than items may nest, and few
    /// enough for the stack of a small thread.
    package static let depthLimit = 512

    let base: UnsafePointer<UInt8>
    let count: Int
    var position = 0
    private var depth = 0

    /// The first thing wrong with an attribute value since the caller last took it.
    var valueProblem: ValueProblem?

    /// - Parameter bytes: the whole text; must outlive the reader and every slice it hands out.
    package init(_ bytes: UnsafeBufferPointer<UInt8>) {
        base = bytes.baseAddress ?? StaticString("").utf8Start  // never read when empty
        count = bytes.count
    }

    /// The kind of the value that comes next, after any white space.
    @inline(__always)
    package mutating func peek() throws(WireError) -> JSONKind {
        skipWhitespace()
        guard position < count else { throw .malformed }
        switch base[position] {
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "t"): return .true
        case UInt8(ascii: "f"): return .false
        case UInt8(ascii: "n"): return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        default: throw .malformed
        }
    }

    /// Reads `true`, `false` or `null`, whose first byte the caller has seen.
    package mutating func readLiteral(_ kind: JSONKind) throws(WireError) {
        switch kind {
        case .true: try expect("true")
        case .false: try expect("false")
        default: try expect("null")
        }
    }

    /// Reads `null` if it comes next.
    @inline(__always)
    package mutating func readNull() throws(WireError) -> Bool {
        guard try peek() == .null else { return false }
        try expect("null")
        return true
    }

    /// Checks that nothing but white space is left.
    package mutating func finish() throws(WireError) {
        skipWhitespace()
        guard position == count else { throw .malformed }
    }

    // MARK: Objects and arrays

    /// Where a caller is between the brackets of one object or array.
    package struct Progress {
        var isFirst = true
    }

    @inline(__always)
    package mutating func beginObject() throws(WireError) -> Progress {
        try begin(UInt8(ascii: "{"))
    }

    @inline(__always)
    package mutating func beginArray() throws(WireError) -> Progress {
        try begin(UInt8(ascii: "["))
    }

    @inline(__always)
    private mutating func begin(_ bracket: UInt8) throws(WireError) -> Progress {
        skipWhitespace()
        guard position < count, base[position] == bracket, depth < Self.depthLimit else {
            throw .malformed
        }
        position += 1
        depth += 1
        return Progress()
    }

    /// The name of the next member, its value not yet read; nil after the closing brace.
    @inline(__always)
    package mutating func nextMember(
        _ progress: inout Progress
    ) throws(WireError) -> JSONString? {
        guard try advance(&progress, closing: UInt8(ascii: "}")) else { return nil }
        let name = try readString()
        skipWhitespace()
        guard position < count, base[position] == UInt8(ascii: ":") else { throw .malformed }
        position += 1
        return name
    }

    /// Whether another element follows, not yet read; false after the closing bracket.
    @inline(__always)
    package mutating func nextElement(_ progress: inout Progress) throws(WireError) -> Bool {
        try advance(&progress, closing: UInt8(ascii: "]"))
    }

    /// Steps over a comma to the next entry, or over the closing bracket.
    @inline(__always)
    private mutating func advance(
        _ progress: inout Progress, closing bracket: UInt8
    ) throws(WireError) -> Bool {
        skipWhitespace()
        guard position < count else { throw .malformed }
        if base[position] == bracket {
            position += 1
            depth -= 1
            return false
        }
        if progress.isFirst {
            progress.isFirst = false
        } else {
            guard base[position] == UInt8(ascii: ",") else { throw .malformed }
            position += 1
            skipWhitespace()
        }
        return true
    }

    // MARK: Skipping

    /// Reads past one value of any kind, checking that it is well-formed.
    package mutating func skipValue() throws(WireError) {
        switch try peek() {
        case .string: _ = try readString()
        case .number: _ = try readNumber()
        case .object:
            var progress = try beginObject()
            while try nextMember(&progress) != nil { try skipValue() }
        case .array:
            var progress = try beginArray()
            while try nextElement(&progress) { try skipValue() }
        case .true: try expect("true")
        case .false: try expect("false")
        case .null: try expect("null")
        }
    }

    /// Whether `bytes` are one JSON text.
    package static func isWellFormed(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var reader = JSONReader(bytes)
        do throws(WireError) {
            try reader.skipValue()
            try reader.finish()
            return true
        } catch {
            return false
        }
    }

    // MARK: Bytes

    @inline(__always)
    mutating func skipWhitespace() {
        while position < count {
            let byte = base[position]
            // Every byte of white space is at most a blank, and compact bodies have none.
            guard byte <= 0x20, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else {
                return
            }
            position += 1
        }
    }

    private mutating func expect(_ literal: StaticString) throws(WireError) {
        let length = literal.utf8CodeUnitCount
        guard count - position >= length else { throw .malformed }
        for offset in 0..<length where base[position + offset] != literal.utf8Start[offset] {
            throw .malformed
        }
        position += length
    }
}
