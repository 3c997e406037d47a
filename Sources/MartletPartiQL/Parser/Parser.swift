// Reads a statement by PartiQL's grammar, which is wider than what DynamoDB carries out: whether a
// statement is well formed, and what is told of it if not, follows from the whole of it. Precedence,
// from the loosest: OR; AND; NOT; = <> IS IN; < <= > >= BETWEEN LIKE; + - ||; * / %.
//
// Recursion is bounded by `deepestLevel`, as are the trees that come of it: chains of AND and OR
// are flat, and chains of other operators count as levels.

internal import MartletModel

struct Parser {
    /// Values may have 32 levels, so this is enough for them and what stands around them; and it is
    /// little enough for a stack of 512 KiB.
    private static let deepestLevel = 48

    let text: String
    private let bytes: [UInt8]
    private let tokens: [Token]
    private var index = 0
    private var level = 0
    private(set) var parameterCount = 0

    init(_ text: String) throws(StatementProblem) {
        self.text = text
        bytes = Array(text.utf8)
        tokens = try Lexer.tokens(in: text)
    }

    /// Reads the whole text as one statement.
    mutating func statement() throws(StatementProblem) -> StatementSyntax {
        let statement = try oneStatement()
        if kind == .semicolon {
            advance()
            guard kind == .end else {
                throw .malformed("Unexpected token after semicolon. (Only one query is allowed.)")
            }
        }
        guard kind == .end else { throw .malformed("Unexpected token after expression") }
        return statement
    }

    private mutating func oneStatement() throws(StatementProblem) -> StatementSyntax {
        switch kind {
        case .word(.select): return .select(try select())
        case .word(.from), .word(.insert), .word(.update), .word(.delete), .word(.set),
            .word(.remove):
            return try change()
        default:
            let term = try expression()
            guard case .call("exists", let arguments, _) = term, arguments.count == 1,
                case .select(let select) = arguments[0]
            else {
                guard kind == .end || kind == .semicolon else {
                    throw .malformed("Unexpected token after expression")
                }
                throw .noChange
            }
            return .exists(select)
        }
    }

    // MARK: Tokens

    var kind: Token.Kind { tokens[index].kind }
    var span: Span { tokens[index].span }
    var nextKind: Token.Kind { tokens[min(index + 1, tokens.count - 1)].kind }
    var isName: Bool { kind == .identifier || kind == .quotedIdentifier }

    /// Moves on; stays on the end.
    mutating func advance() {
        if index + 1 < tokens.count { index += 1 }
    }

    /// Moves past a token if it is next.
    mutating func skip(_ expected: Token.Kind) -> Bool {
        guard kind == expected else { return false }
        advance()
        return true
    }

    /// - Parameter name: what PartiQL calls this kind of token.
    mutating func expect(_ expected: Token.Kind, _ name: String) throws(StatementProblem) {
        guard skip(expected) else { throw .malformed("Expected " + name) }
    }

    /// The text of the current token as it stands.
    var tokenText: String { String(decoding: bytes[span.start..<span.end], as: UTF8.self) }

    /// What the current token says: its text, or what is between its quotes.
    var tokenContent: Text {
        guard kind == .quotedIdentifier || kind == .string else { return Text(tokenText) }
        let quote = bytes[span.start]
        var content: [UInt8] = []
        content.reserveCapacity(span.end - span.start)
        var position = span.start + 1
        while position < span.end - 1 {
            content.append(bytes[position])
            position += bytes[position] == quote ? 2 : 1
        }
        return Text(String(decoding: content, as: UTF8.self))
    }

    mutating func parameter() -> Term {
        let term = Term.parameter(parameterCount, span)
        parameterCount += 1
        advance()
        return term
    }

    // MARK: Levels

    mutating func enter() throws(StatementProblem) {
        level += 1
        if level > Self.deepestLevel { throw .tooDeep }
    }

    mutating func leave() { level -= 1 }

    /// Items with commas between them.
    mutating func commaList<Item>(
        _ item: (inout Parser) throws(StatementProblem) -> Item
    ) throws(StatementProblem) -> [Item] {
        var items = [try item(&self)]
        while skip(.comma) { items.append(try item(&self)) }
        return items
    }
}
