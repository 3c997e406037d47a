/// A piece of a statement.
struct Token: Sendable {
    enum Kind: Hashable, Sendable {
        /// A name as it stands; names compare with their case.
        case identifier
        /// A name in double quotes.
        case quotedIdentifier
        /// Text in single quotes.
        case string
        case number
        /// Text in backquotes: a literal of Ion, which DynamoDB does not take.
        case ion
        case parameter
        case word(Word)
        case comparison
        case plus, minus, slash, percent, concatenation
        /// A sign that operators have elsewhere in PartiQL.
        case otherOperator
        case star, dot, comma, colon, semicolon
        case leftParenthesis, rightParenthesis
        case leftBracket, rightBracket
        case leftCurly, rightCurly
        case leftDoubleAngle, rightDoubleAngle
        case end
    }

    var kind: Kind
    var span: Span
}

/// Where something lies in a statement, in bytes.
struct Span: Hashable, Sendable {
    var start: Int
    var end: Int
}

extension Span {
    /// How the service shows a place: line, column and length, counted from one, in characters.
    func position(in text: String) -> String {
        var (line, column, length, offset) = (1, 1, 0, 0)
        for scalar in text.unicodeScalars {
            if offset >= end { break }
            if offset >= start {
                length += 1
            } else if scalar == "\n" {
                line += 1
                column = 1
            } else {
                column += 1
            }
            offset += UTF8.width(scalar)
        }
        return "\(line):\(column):\(length)"
    }
}
