// Operators, by precedence.

internal import MartletExpressions
internal import MartletModel

extension Parser {
    private enum Precedence: Int {
        case none = 0, or, and, not, equality, comparison, sum, product
    }

    /// An operator between two terms, whose first token is the current one.
    private enum Infix {
        case or, and, compare(Comparator), between, isIn, like, `is`, arithmetic(String)
    }

    /// Reads a term and all operators that bind tighter than those around it.
    mutating func expression() throws(StatementProblem) -> Term {
        try expression(above: .none)
    }

    private mutating func expression(
        above floor: Precedence
    ) throws(StatementProblem) -> Term {
        try enter()
        defer { leave() }
        var term = try unary()
        var links = 0
        defer { for _ in 0..<links { leave() } }
        while let (infix, precedence, isNegated) = infix(), precedence.rawValue > floor.rawValue {
            switch infix {
            case .and: term = .all(try chain(from: term, with: .and, precedence))
            case .or: term = .any(try chain(from: term, with: .or, precedence))
            default:
                // Each link of such a chain is a level of the tree.
                try enter()
                links += 1
                let right = try operand(of: infix, precedence, isNegated)
                term = try combine(term, infix, right, precedence, isNegated)
            }
        }
        return term
    }

    /// All that AND, or OR, joins.
    private mutating func chain(
        from first: Term, with word: Word, _ precedence: Precedence
    ) throws(StatementProblem) -> [Term] {
        var terms = [first]
        while skip(.word(word)) {
            guard kind != .end else { throw .missingOperand }
            terms.append(try expression(above: precedence))
        }
        return terms
    }

    /// The operator that comes next.
    private func infix() -> (Infix, Precedence, isNegated: Bool)? {
        switch kind {
        case .word(.or): (.or, .or, false)
        case .word(.and): (.and, .and, false)
        case .comparison:
            switch tokenText {
            case "=": (.compare(.equal), .equality, false)
            case "<>", "!=": (.compare(.notEqual), .equality, false)
            case let sign: (.compare(Comparator(rawValue: sign)!), .comparison, false)
            }
        case .word(.is): (.is, .equality, nextKind == .word(.not))
        case .word(.in): (.isIn, .equality, false)
        case .word(.between): (.between, .comparison, false)
        case .word(.like): (.like, .comparison, false)
        case .word(.not):
            switch nextKind {
            case .word(.in): (.isIn, .equality, true)
            case .word(.between): (.between, .comparison, true)
            case .word(.like): (.like, .comparison, true)
            default: nil
            }
        case .plus, .minus, .concatenation: (.arithmetic(tokenText), .sum, false)
        case .star, .slash, .percent: (.arithmetic(tokenText), .product, false)
        default: nil
        }
    }

    /// Reads the operator and what is on its right side.
    private mutating func operand(
        of infix: Infix, _ precedence: Precedence, _ isNegated: Bool
    ) throws(StatementProblem) -> Term {
        advance()
        if isNegated { advance() }
        switch infix {
        case .is: return try type()
        case .isIn where kind == .leftParenthesis && nextKind != .word(.select):
            let span = span
            advance()
            let members = try commaList { parser throws(StatementProblem) in
                try parser.expression()
            }
            try expect(.rightParenthesis, "RIGHT_PAREN")
            return .list(members, span)
        default:
            guard kind != .end else {
                throw .missingOperand
            }
            return try expression(above: precedence)
        }
    }

    /// The name of a type, as a string.
    private mutating func type() throws(StatementProblem) -> Term {
        switch kind {
        case .word(.null), .word(.missing), .word(.type):
            let name = tokenText.uppercased()
            let term = Term.literal(.string(.init(name)), span)
            advance()
            return term
        default: throw .malformed("Expected type name")
        }
    }

    private mutating func combine(
        _ left: Term, _ infix: Infix, _ right: Term, _ precedence: Precedence, _ isNegated: Bool
    ) throws(StatementProblem) -> Term {
        let term: Term
        switch infix {
        case .and, .or: preconditionFailure("Read as chains")
        case .compare(let comparator): return .comparison(comparator, left, right)
        case .arithmetic(let sign): return .arithmetic(sign, left, right)
        case .is:
            guard case .literal(.string(let name), _) = right else { throw .unexpectedTerm }
            term = .isType(left, name.string)
        case .isIn: term = .isIn(left, right)
        case .like:
            if skip(.word(.escape)) { _ = try expression(above: precedence) }
            term = .like(left)
        case .between:
            guard skip(.word(.and)) else { throw .malformed("Expected AND keyword") }
            guard kind != .end else { throw .malformed("Expected expression after AND") }
            term = .between(left, right, try expression(above: precedence))
        }
        return isNegated ? .not(term) : term
    }

    private mutating func unary() throws(StatementProblem) -> Term {
        let span = span
        switch kind {
        case .word(.not):
            advance()
            return .not(try expression(above: .not))
        case .plus, .minus:
            let sign = tokenText
            advance()
            try enter()
            defer { leave() }
            let term = try unary()
            guard case .literal(.number(let digits, let isNegative), let digitSpan) = term else {
                return .sign(sign, term, span)
            }
            return .literal(
                .number(digits, isNegative: sign == "-" ? !isNegative : isNegative), digitSpan)
        default: return try pathTerm()
        }
    }
}
