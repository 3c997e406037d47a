// Text to tokens.
//
//   name              a letter, `_` or `$`, then those and digits; a keyword if it is one
//   "name"            anything; "" stands for a quote
//   'text'            anything; '' stands for a quote
//   number            digits, a point, an exponent, as far as they are there; `.5` and `5.` are
//                     numbers; a sign is an operator
//   -- …, /* … */     a comment, to the end of the line and to its own end
//
// What is none of these (an open quote or comment, `#`, an exponent without digits, a character
// beyond ASCII outside quotes) makes the whole statement unreadable.

/// Splits a statement into tokens, of which the last is always `end`.
struct Lexer {
    private let bytes: [UInt8]
    private var position = 0

    static func tokens(in text: String) throws(StatementProblem) -> [Token] {
        var lexer = Lexer(bytes: Array(text.utf8))
        var tokens: [Token] = []
        tokens.reserveCapacity(lexer.bytes.count / 4 + 2)
        while let token = try lexer.next() { tokens.append(token) }
        let end = lexer.bytes.count
        tokens.append(Token(kind: .end, span: Span(start: end, end: end)))
        return tokens
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private func byte(_ offset: Int = 0) -> UInt8 {
        position + offset < bytes.count ? bytes[position + offset] : 0
    }

    private mutating func next() throws(StatementProblem) -> Token? {
        try skipSpace()
        guard position < bytes.count else { return nil }
        let start = position
        let kind = try scan()
        return Token(kind: kind, span: Span(start: start, end: position))
    }

    private mutating func skipSpace() throws(StatementProblem) {
        while position < bytes.count {
            switch (byte(), byte(1)) {
            case (0x20, _), (0x09...0x0D, _): position += 1
            case (UInt8(ascii: "-"), UInt8(ascii: "-")):
                while position < bytes.count, byte() != 0x0A, byte() != 0x0D { position += 1 }
            case (UInt8(ascii: "/"), UInt8(ascii: "*")):
                position += 2
                while byte() != UInt8(ascii: "*") || byte(1) != UInt8(ascii: "/") {
                    guard position < bytes.count else { throw .malformed() }
                    position += 1
                }
                position += 2
            default: return
            }
        }
    }

    private mutating func scan() throws(StatementProblem) -> Token.Kind {
        let first = byte()
        if Self.startsName(first) { return scanName() }
        if Self.isDigit(first) || first == UInt8(ascii: ".") && Self.isDigit(byte(1)) {
            return try scanNumber()
        }
        switch first {
        case UInt8(ascii: "'"):
            try skipQuoted()
            return .string
        case UInt8(ascii: "\""):
            try skipQuoted()
            return .quotedIdentifier
        case UInt8(ascii: "`"):
            try skipQuoted()
            return .ion
        default: return try scanSign(first)
        }
    }

    private mutating func scanName() -> Token.Kind {
        let start = position
        while Self.startsName(byte()) || Self.isDigit(byte()) { position += 1 }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        return Word(text).map { .word($0) } ?? .identifier
    }

    private mutating func scanNumber() throws(StatementProblem) -> Token.Kind {
        while Self.isDigit(byte()) { position += 1 }
        if byte() == UInt8(ascii: ".") {
            position += 1
            while Self.isDigit(byte()) { position += 1 }
        }
        if byte() | 0x20 == UInt8(ascii: "e") {
            position += 1
            if byte() == UInt8(ascii: "+") || byte() == UInt8(ascii: "-") { position += 1 }
            guard Self.isDigit(byte()) else { throw .malformed() }
            while Self.isDigit(byte()) { position += 1 }
        }
        return .number
    }

    /// Moves past what is quoted by the current byte, in which two quotes are one.
    private mutating func skipQuoted() throws(StatementProblem) {
        let quote = byte()
        position += 1
        while position < bytes.count {
            if byte() == quote {
                position += 1
                guard byte() == quote else { return }
            }
            position += 1
        }
        throw .malformed()
    }

    private mutating func scanSign(_ first: UInt8) throws(StatementProblem) -> Token.Kind {
        let second = byte(1)
        position += 1
        switch first {
        case UInt8(ascii: "<"):
            switch second {
            case UInt8(ascii: "<"):
                position += 1
                return .leftDoubleAngle
            case UInt8(ascii: "="), UInt8(ascii: ">"): position += 1
            default: break
            }
            return .comparison
        case UInt8(ascii: ">"):
            switch second {
            case UInt8(ascii: ">"):
                position += 1
                return .rightDoubleAngle
            case UInt8(ascii: "="): position += 1
            default: break
            }
            return .comparison
        case UInt8(ascii: "!"):
            guard second == UInt8(ascii: "=") else { throw .malformed() }
            position += 1
            return .comparison
        case UInt8(ascii: "|"):
            guard second == UInt8(ascii: "|") else { throw .malformed() }
            position += 1
            return .concatenation
        default:
            guard let kind = Self.signs[first] else { throw .malformed() }
            return kind
        }
    }

    private static let signs: [UInt8: Token.Kind] = [
        UInt8(ascii: "="): .comparison, UInt8(ascii: "+"): .plus, UInt8(ascii: "-"): .minus,
        UInt8(ascii: "/"): .slash, UInt8(ascii: "%"): .percent, UInt8(ascii: "@"): .otherOperator,
        UInt8(ascii: "*"): .star, UInt8(ascii: "."): .dot, UInt8(ascii: ","): .comma,
        UInt8(ascii: ":"): .colon, UInt8(ascii: ";"): .semicolon, UInt8(ascii: "?"): .parameter,
        UInt8(ascii: "("): .leftParenthesis, UInt8(ascii: ")"): .rightParenthesis,
        UInt8(ascii: "["): .leftBracket, UInt8(ascii: "]"): .rightBracket,
        UInt8(ascii: "{"): .leftCurly, UInt8(ascii: "}"): .rightCurly,
    ]

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    private static func startsName(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- 0x61 < 26 || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "$")
    }
}
