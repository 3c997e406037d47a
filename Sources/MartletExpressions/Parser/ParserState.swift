// What the three grammars share: the token cursor, paths, operands, and the first problem with a
// name or function.
//
// Syntax errors are thrown at once. Other problems that the text alone shows (reserved words, list
// indexes, functions) are noted and thrown when the whole text has been read, the leftmost first.
// Nothing here recurses, so that no text can exhaust a thread's stack.

internal import MartletModel

/// An operand as written. Slots count the paths, and the values, of an expression from the left.
enum ParsedOperand {
    case path(UInt16)
    case value(UInt16)
    indirect case call(ParsedCall)
}

/// A function call as written; whether it may stand there is checked by whoever uses it.
struct ParsedCall {
    var name: String
    var nameToken: Int
    var arguments: [ParsedOperand] = []

    var function: Function? { Function(rawValue: name) }
}

struct ParserState {
    let bytes: [UInt8]
    let tokens: [Token]
    private(set) var position = 0
    private(set) var templates: [PathTemplate] = []
    private(set) var valueNames: [Text] = []
    private(set) var operatorCount = 0
    private var firstNote: (rank: Int, problem: ExpressionProblem)?
    /// Added to the rank of notes; lets an update rank its sections before positions.
    var rankBase = 0

    init(_ text: String) {
        bytes = Array(text.utf8)
        tokens = Lexer.tokens(in: bytes)
    }

    // MARK: Tokens

    var kind: Token.Kind { tokens[position].kind }

    var nextKind: Token.Kind {
        position + 1 < tokens.count ? tokens[position + 1].kind : .end
    }

    /// Moves on; stays on the end.
    mutating func advance() {
        if position + 1 < tokens.count { position += 1 }
    }

    mutating func expect(_ kind: Token.Kind) throws(ExpressionProblem) {
        guard self.kind == kind else { throw syntaxProblem }
        advance()
    }

    func text(at index: Int) -> String {
        let token = tokens[index]
        return String(decoding: bytes[Int(token.start)..<Int(token.end)], as: UTF8.self)
    }

    /// Names the token that could not be read, and the text from the one before it to the one
    /// after it.
    var syntaxProblem: ExpressionProblem {
        let name = kind == .end ? "<EOF>" : text(at: position)
        let from = position > 0 ? Int(tokens[position - 1].start) : 0
        let to = Int(tokens[min(position + 1, tokens.count - 1)].end)
        let near = String(decoding: bytes[from..<to], as: UTF8.self)
        return ExpressionProblem("Syntax error; token: \"\(name)\", near: \"\(near)\"")
    }

    // MARK: Problems that wait

    mutating func note(_ problem: ExpressionProblem, rank: Int) {
        if let firstNote, firstNote.rank <= rankBase + rank { return }
        firstNote = (rankBase + rank, problem)
    }

    mutating func countOperator() { operatorCount += 1 }

    /// Throws what was noted; called when all text has been read.
    func finish() throws(ExpressionProblem) {
        guard kind == .end else { throw syntaxProblem }
        if operatorCount > Limits.expressionOperators { throw .tooManyOperators }
        if let firstNote { throw firstNote.problem }
    }

    // MARK: Paths and operands

    /// Reads `name ( '.' name | '[' integer ']' )*` and gives its slot.
    mutating func path() throws(ExpressionProblem) -> UInt16 {
        var steps = [try pathName()]
        while true {
            if kind == .dot {
                advance()
                steps.append(try pathName())
            } else if kind == .leftBracket {
                advance()
                guard kind == .integer else { throw syntaxProblem }
                steps.append(.index(pathIndex()))
                advance()
                try expect(.rightBracket)
            } else {
                templates.append(PathTemplate(steps: steps))
                return UInt16(templates.count - 1)
            }
        }
    }

    private mutating func pathName() throws(ExpressionProblem) -> PathTemplate.Step {
        let name = text(at: position)
        switch kind {
        case .identifier:
            if ReservedWords.contain(name) { note(.reservedWord(name), rank: position) }
            advance()
            return .name(Text(name))
        case .namePlaceholder:
            advance()
            return .placeholder(Text(name))
        default:
            throw syntaxProblem
        }
    }

    private mutating func pathIndex() -> Int {
        let digits = text(at: position)
        if let index = Int32(digits) { return Int(index) }
        note(.indexRange(digits), rank: position)
        return 0
    }

    mutating func value() throws(ExpressionProblem) -> UInt16 {
        guard kind == .valuePlaceholder else { throw syntaxProblem }
        valueNames.append(Text(text(at: position)))
        advance()
        return UInt16(valueNames.count - 1)
    }

    private enum OpenOperand {
        case parenthesis
        case call(ParsedCall)
    }

    /// Reads a path, a value or a call, or one of them in parentheses.
    ///
    /// - Parameter noteCall: checks a call that is another call's argument.
    mutating func operand(
        parenthesized: Bool = true,
        noteCall: (inout ParserState, ParsedCall) -> Void
    ) throws(ExpressionProblem) -> ParsedOperand {
        var open: [OpenOperand] = []
        while true {
            var completed: ParsedOperand
            switch kind {
            case .leftParenthesis where parenthesized || !open.isEmpty:
                open.append(.parenthesis)
                advance()
                continue
            case .identifier where nextKind == .leftParenthesis:
                open.append(.call(ParsedCall(name: text(at: position), nameToken: position)))
                countOperator()
                // Also bounds how deep calls nest.
                if operatorCount > 2 * Limits.expressionOperators { throw .tooManyOperators }
                advance()
                advance()
                continue
            case .identifier, .namePlaceholder: completed = .path(try path())
            case .valuePlaceholder: completed = .value(try value())
            default: throw syntaxProblem
            }

            // Close whatever ends here.
            var isParenthesized = false
            closing: while true {
                switch open.popLast() {
                case nil:
                    return completed
                case .parenthesis:
                    try expect(.rightParenthesis)
                    if isParenthesized { throw .redundantParentheses }
                    isParenthesized = true
                case .call(var call):
                    if case .call(let inner) = completed { noteCall(&self, inner) }
                    call.arguments.append(completed)
                    if kind == .comma {
                        open.append(.call(call))
                        advance()
                        break closing
                    }
                    try expect(.rightParenthesis)
                    completed = .call(call)
                    isParenthesized = false
                }
            }
        }
    }
}
