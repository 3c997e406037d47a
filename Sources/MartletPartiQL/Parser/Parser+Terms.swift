// Values, names, paths and calls.

internal import MartletModel

extension Parser {
    /// A term and the steps from it into a document.
    mutating func pathTerm() throws(StatementProblem) -> Term {
        try steps(from: try term(), isSimple: false)
    }

    /// A path as the target of a change, or as a table: it begins with a name.
    mutating func simplePath() throws(StatementProblem) -> Term {
        guard isName else { throw .malformed("Expected identifier for simple path") }
        return try steps(from: name(), isSimple: true)
    }

    private mutating func steps(
        from root: Term, isSimple: Bool
    ) throws(StatementProblem) -> Term {
        var steps: [Term.PathStep] = []
        while true {
            if skip(.dot) {
                switch kind {
                case .identifier, .quotedIdentifier: steps.append(.name(tokenContent))
                case .star where !isSimple: steps.append(.wildcard)
                case .star: throw .malformed("Invalid path dot component for simple path")
                default: throw .malformed("Invalid path dot component")
                }
                advance()
            } else if skip(.leftBracket) {
                if skip(.star) {
                    steps.append(.wildcard)
                } else {
                    steps.append(.index(try expression()))
                }
                try expect(.rightBracket, "RIGHT_BRACKET")
            } else {
                return steps.isEmpty ? root : .path(root, steps)
            }
        }
    }

    private mutating func name() -> Term {
        let term = Term.name(tokenContent, span)
        advance()
        return term
    }

    private mutating func literal(_ literal: Term.Literal) -> Term {
        let term = Term.literal(literal, span)
        advance()
        return term
    }

    private mutating func term() throws(StatementProblem) -> Term {
        switch kind {
        case .identifier, .quotedIdentifier:
            return nextKind == .leftParenthesis ? try call() : name()
        case .string: return literal(.string(tokenContent))
        case .number: return literal(.number(tokenText, isNegative: false))
        case .ion: return literal(.ion(tokenText))
        case .parameter: return parameter()
        case .word(let word): return try term(word)
        case .leftParenthesis: return try group()
        case .leftBracket:
            let span = span
            return .list(try members(until: .rightBracket, "RIGHT_BRACKET"), span)
        case .leftDoubleAngle:
            let span = span
            return .bag(try members(until: .rightDoubleAngle, "RIGHT_DOUBLE_ANGLE_BRACKET"), span)
        case .leftCurly: return try tuple()
        case .comparison, .slash, .percent, .concatenation, .otherOperator:
            throw .malformed("Unexpected operator")
        default: throw .unexpectedTerm
        }
    }

    private mutating func term(_ word: Word) throws(StatementProblem) -> Term {
        switch word {
        case .true: return literal(.bool(true))
        case .false: return literal(.bool(false))
        case .null: return literal(.null)
        case .missing:
            let term = Term.missing(span)
            advance()
            return term
        case .select: return .select(try select())
        case .and, .or, .in, .is, .between, .like: throw .malformed("Unexpected operator")
        case .from, .insert, .update, .delete, .set, .remove:
            // It is read first, since what is wrong in it is told first.
            let keyword = tokenText.lowercased()
            _ = try change()
            throw .malformed("Keyword \(keyword) only expected at the top level in the query")
        case .exists, .size, .function:
            guard nextKind == .leftParenthesis else { throw .unexpectedKeyword }
            return try call()
        default: throw .unexpectedKeyword
        }
    }

    private mutating func call() throws(StatementProblem) -> Term {
        let name = tokenContent.string.lowercased()
        let span = span
        advance()
        advance()
        if kind == .star {
            guard name == "count" else { throw .malformed("\(name)(*) is not allowed") }
            advance()
            try expect(.rightParenthesis, "RIGHT_PAREN")
            return .call(name, [], span)
        }
        if skip(.rightParenthesis) { return .call(name, [], span) }
        let arguments = try commaList { parser throws(StatementProblem) in
            try parser.expression()
        }
        try expect(.rightParenthesis, "RIGHT_PAREN")
        return .call(name, arguments, span)
    }

    /// One term in parentheses is that term; several are a list.
    private mutating func group() throws(StatementProblem) -> Term {
        let span = span
        advance()
        let terms = try commaList { parser throws(StatementProblem) in try parser.expression() }
        try expect(.rightParenthesis, "RIGHT_PAREN")
        return terms.count == 1 ? terms[0] : .list(terms, span)
    }

    private mutating func members(
        until end: Token.Kind, _ endName: String
    ) throws(StatementProblem) -> [Term] {
        advance()
        if skip(end) { return [] }
        let members = try commaList { parser throws(StatementProblem) in try parser.expression() }
        try expect(end, endName)
        return members
    }

    private mutating func tuple() throws(StatementProblem) -> Term {
        let span = span
        advance()
        if skip(.rightCurly) { return .tuple([], span) }
        let members = try commaList { parser throws(StatementProblem) in
            let key = try parser.expression()
            try parser.expect(.colon, "COLON")
            return (key: key, value: try parser.expression())
        }
        try expect(.rightCurly, "RIGHT_CURLY")
        return .tuple(members, span)
    }
}
