// Text to tokens. The rules are those that the service's messages reveal:
//
//   identifier         a letter, then letters, digits, underscores
//   #name, :value      the sign, then one or more letters, digits, underscores
//   integer            0, or digits that do not start with 0
//   unknown            any other character, whole if it is more than one byte
//
// Space, tab, line feed and carriage return separate tokens and mean nothing else.

/// Splits an expression into tokens, of which the last is always `end`.
enum Lexer {
    static func tokens(in bytes: [UInt8]) -> [Token] {
        var tokens: [Token] = []
        tokens.reserveCapacity(bytes.count / 3 + 2)
        var position = 0
        while position < bytes.count {
            let byte = bytes[position]
            if isSpace(byte) {
                position += 1
                continue
            }
            let start = position
            let kind = scan(bytes, &position)
            tokens.append(Token(kind: kind, start: UInt16(start), end: UInt16(position)))
        }
        let end = UInt16(bytes.count)
        tokens.append(Token(kind: .end, start: end, end: end))
        return tokens
    }

    /// Moves `position` past one token.
    private static func scan(_ bytes: [UInt8], _ position: inout Int) -> Token.Kind {
        let first = bytes[position]
        let second = position + 1 < bytes.count ? bytes[position + 1] : 0
        let start = position
        position += 1
        switch first {
        case _ where isLetter(first):
            while position < bytes.count, isWord(bytes[position]) { position += 1 }
            return keyword(bytes[start..<position]) ?? .identifier
        case UInt8(ascii: "#"), UInt8(ascii: ":"):
            while position < bytes.count, isWord(bytes[position]) { position += 1 }
            if position == start + 1 { return .unknown }
            return first == UInt8(ascii: "#") ? .namePlaceholder : .valuePlaceholder
        case UInt8(ascii: "0"):
            return .integer
        case _ where isDigit(first):
            while position < bytes.count, isDigit(bytes[position]) { position += 1 }
            return .integer
        case UInt8(ascii: "<"):
            if second == UInt8(ascii: ">") {
                position += 1
                return .notEqual
            }
            if second == UInt8(ascii: "=") {
                position += 1
                return .lessOrEqual
            }
            return .less
        case UInt8(ascii: ">"):
            if second == UInt8(ascii: "=") {
                position += 1
                return .greaterOrEqual
            }
            return .greater
        case UInt8(ascii: "="): return .equal
        case UInt8(ascii: "("): return .leftParenthesis
        case UInt8(ascii: ")"): return .rightParenthesis
        case UInt8(ascii: "["): return .leftBracket
        case UInt8(ascii: "]"): return .rightBracket
        case UInt8(ascii: ","): return .comma
        case UInt8(ascii: "."): return .dot
        case UInt8(ascii: "+"): return .plus
        case UInt8(ascii: "-"): return .minus
        default:
            // The rest of a character of several bytes belongs to it.
            while position < bytes.count, bytes[position] & 0xC0 == 0x80 { position += 1 }
            return .unknown
        }
    }

    private static func keyword(_ word: ArraySlice<UInt8>) -> Token.Kind? {
        guard word.count <= 7 else { return nil }
        for (text, kind) in keywords where text.utf8.count == word.count {
            if zip(text.utf8, word).allSatisfy({ $0 == $1 & ~0x20 }) { return kind }
        }
        return nil
    }

    private static let keywords: [(String, Token.Kind)] = [
        ("AND", .and), ("OR", .or), ("NOT", .not), ("BETWEEN", .between), ("IN", .in),
        ("SET", .set), ("REMOVE", .remove), ("ADD", .add), ("DELETE", .delete),
    ]

    static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }

    static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }

    static func isWord(_ byte: UInt8) -> Bool {
        isLetter(byte) || isDigit(byte) || byte == UInt8(ascii: "_")
    }
}
