// SELECT, and the statements that change an item.

extension Parser {
    // MARK: SELECT

    mutating func select() throws(StatementProblem) -> SelectSyntax {
        try enter()
        defer { leave() }
        let span = span
        advance()
        var unsupported: String?
        if skip(.word(.distinct)) { unsupported = "DISTINCT" } else { _ = skip(.word(.all)) }
        if skip(.word(.value)) { unsupported = unsupported ?? "SELECT VALUE" }
        let columns = try columns()
        guard skip(.word(.from)) else { throw .malformed("Expected FROM after SELECT list") }
        let (source, hasAlias) = try self.source()
        var isJoin = false
        while skip(.comma) {
            isJoin = true
            _ = try self.source()
        }
        var select = SelectSyntax(
            span: span, columns: columns, source: source, hasSourceAlias: hasAlias,
            isJoin: isJoin, condition: try condition(), unsupportedClause: unsupported)
        if skip(.word(.order)) {
            try expect(.word(.by), "BY")
            select.order = try commaList { parser throws(StatementProblem) in
                let term = try parser.expression()
                if parser.skip(.word(.descending)) { return (term, true) }
                _ = parser.skip(.word(.ascending))
                return (term, false)
            }
        }
        if skip(.word(.group)) {
            try expect(.word(.by), "BY")
            _ = try commaList { parser throws(StatementProblem) in try parser.expression() }
            unsupported = unsupported ?? "GROUP BY"
        }
        for (word, name) in [(Word.having, "HAVING"), (.limit, "LIMIT"), (.offset, "OFFSET")]
        where skip(.word(word)) {
            _ = try expression()
            unsupported = unsupported ?? name
        }
        select.unsupportedClause = unsupported
        return select
    }

    /// The list before FROM; nil for `*`.
    private mutating func columns() throws(StatementProblem) -> [SelectSyntax.Column]? {
        let list = try commaList { parser throws(StatementProblem) -> SelectSyntax.Column? in
            if parser.skip(.star) { return nil }
            let term = try parser.expression()
            return SelectSyntax.Column(term: term, hasAlias: try parser.alias())
        }
        let columns = list.compactMap { $0 }
        if columns.count < list.count {
            guard list.count == 1 else {
                throw .malformed(
                    "Other expressions may not be present in the select list when '*' is used "
                        + "without dot notation.")
            }
            return nil
        }
        return columns
    }

    private mutating func source() throws(StatementProblem) -> (Term, hasAlias: Bool) {
        // What follows a source is no operator, so its precedence does not matter.
        let term = try pathTerm()
        return (term, try alias())
    }

    /// Reads a name given to what came before; false if there is none.
    private mutating func alias() throws(StatementProblem) -> Bool {
        if skip(.word(.as)) {
            guard isName else { throw .malformed("Expected identifier for AS-alias") }
            advance()
            return true
        }
        guard isName else { return false }
        advance()
        return true
    }

    private mutating func condition() throws(StatementProblem) -> Term? {
        skip(.word(.where)) ? try expression() : nil
    }

    // MARK: Changes

    /// INSERT, UPDATE, DELETE, or FROM … with what is changed behind it.
    mutating func change() throws(StatementProblem) -> StatementSyntax {
        try enter()
        defer { leave() }
        switch kind {
        case .word(.insert): return try insert()
        case .word(.update):
            advance()
            var change = try target()
            let actions = try actions()
            change.condition = try condition()
            change.returning = try returning()
            return .update(change, actions)
        case .word(.delete):
            advance()
            guard skip(.word(.from)) else { throw .malformed("Expected FROM after DELETE") }
            var change = try target()
            change.condition = try condition()
            change.returning = try returning()
            return .delete(change)
        case .word(.from):
            advance()
            let (source, hasAlias) = try self.source()
            var change = ChangeSyntax(source: source, hasAlias: hasAlias)
            change.condition = try condition()
            let actions = try actions()
            change.returning = try returning()
            return .update(change, actions)
        default:
            // SET or REMOVE without what they act on.
            _ = try actions()
            throw .noChange
        }
    }

    private mutating func target() throws(StatementProblem) -> ChangeSyntax {
        let source = try simplePath()
        return ChangeSyntax(source: source, hasAlias: try alias())
    }

    private mutating func insert() throws(StatementProblem) -> StatementSyntax {
        guard nextKind == .word(.into) else { throw .unexpectedKeyword }
        advance()
        advance()
        let source = try simplePath()
        guard skip(.word(.value)) else {
            _ = try expression()
            throw StatementProblem("Unsupported operation: INSERT")
        }
        let value = try expression()
        return .insert(source: source, value: value, hasReturning: try returning() != nil)
    }

    private mutating func actions() throws(StatementProblem) -> [ActionSyntax] {
        var actions: [ActionSyntax] = []
        while true {
            if skip(.word(.set)) {
                actions += try commaList { parser throws(StatementProblem) in
                    let path = try parser.simplePath()
                    guard parser.kind == .comparison, parser.tokenText == "=" else {
                        throw .malformed("Expected '='")
                    }
                    parser.advance()
                    return .set(path, try parser.expression())
                }
            } else if skip(.word(.remove)) {
                actions += try commaList { parser throws(StatementProblem) in
                    .remove(try parser.simplePath())
                }
            } else if actions.isEmpty {
                throw .noChange
            } else {
                return actions
            }
        }
    }

    private mutating func returning() throws(StatementProblem) -> Returning? {
        guard skip(.word(.returning)) else { return nil }
        let returning: Returning
        switch (kind, nextKind) {
        case (.word(.all), .word(.old)): returning = .allOld
        case (.word(.all), .word(.new)): returning = .allNew
        case (.word(.modified), .word(.old)): returning = .modifiedOld
        case (.word(.modified), .word(.new)): returning = .modifiedNew
        default:
            throw .malformed("Expected ( MODIFIED | ALL ) ( NEW | OLD ) in each returning element.")
        }
        advance()
        advance()
        guard skip(.star) else {
            throw StatementProblem(
                "Expected '*' after ( MODIFIED | ALL ) ( NEW | OLD ) in RETURNING clause")
        }
        return returning
    }
}
