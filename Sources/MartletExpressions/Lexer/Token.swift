/// A piece of an expression's text.
struct Token: Equatable {
    enum Kind: UInt8 {
        case identifier
        case namePlaceholder
        case valuePlaceholder
        case integer
        // Keywords, in any case.
        case and, or, not, between, `in`
        case set, remove, add, delete
        // Signs.
        case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
        case leftParenthesis, rightParenthesis, leftBracket, rightBracket
        case comma, dot, plus, minus
        /// A character that no expression contains.
        case unknown
        case end
    }

    var kind: Kind
    /// Where it lies in the text, in bytes; an expression has at most 4,096.
    var start: UInt16
    var end: UInt16
}
