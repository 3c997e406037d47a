// From syntax to meaning.

internal import MartletExpressions
internal import MartletModel

struct StatementReader {
    let text: String
    let parameters: [AttributeValue]

    func statement(_ syntax: StatementSyntax) throws(StatementProblem) -> Statement {
        switch syntax {
        case .select(let select): return .select(try self.select(select))
        case .exists(let select): return .exists(try self.select(select))
        case .insert(let source, let value, let hasReturning):
            let source = try self.source(source)
            guard source.index == nil else {
                throw StatementProblem("FROM clause may only contain a single table name")
            }
            guard !hasReturning else {
                throw StatementProblem("RETURNING is not supported in INSERT")
            }
            return .insert(Insert(source: source, item: try item(value)))
        case .update(let change, let actions):
            let source = try changedSource(change)
            return .update(
                Update(
                    source: source, actions: try updateActions(actions),
                    condition: try change.condition.map(condition),
                    returning: change.returning))
        case .delete(let change):
            let source = try changedSource(change)
            let condition = try change.condition.map(condition)
            if let returning = change.returning, returning != .allOld {
                throw StatementProblem(
                    "Invalid returning clause: RETURNING \(returning.rawValue) *. Only RETURNING "
                        + "ALL OLD * is allowed in DELETE statements.")
            }
            return .delete(
                Delete(source: source, condition: condition, returning: change.returning))
        }
    }

    func position(_ span: Span) -> String { span.position(in: text) }

    // MARK: Sources

    private func changedSource(_ change: ChangeSyntax) throws(StatementProblem) -> Source {
        guard !change.hasAlias else { throw .alias }
        let source = try source(change.source)
        guard source.index == nil else {
            throw StatementProblem("This operation is not supported on an index")
        }
        return source
    }

    private func source(_ term: Term) throws(StatementProblem) -> Source {
        switch term {
        case .name(let table, _):
            guard !table.isEmpty else { throw .emptyPathComponent }
            return Source(table: table.string)
        case .path(.name(let table, _), let steps):
            var names = [table]
            for step in steps {
                switch step {
                case .name(let name): names.append(name)
                case .index: throw StatementProblem("Invalid list expression in source.")
                case .wildcard: throw StatementProblem("Unexpected from source")
                }
            }
            guard !names.contains(where: \.isEmpty) else { throw .emptyPathComponent }
            guard names.count <= 2 else {
                throw StatementProblem(
                    "A path may contain at most 2 components in the FROM clause")
            }
            return Source(table: table.string, index: names[1])
        default: throw StatementProblem("Unexpected from source")
        }
    }

    // MARK: SELECT

    private func select(_ syntax: SelectSyntax) throws(StatementProblem) -> Select {
        if syntax.hasSourceAlias || syntax.columns?.contains(where: \.hasAlias) == true {
            throw .alias
        }
        if let clause = syntax.unsupportedClause { throw .clause(clause) }
        guard !syntax.isJoin else {
            throw StatementProblem("FROM clause may only contain a single table name")
        }
        let source = try source(syntax.source)
        let columns = try syntax.columns.map(columns)
        let condition = try syntax.condition.map(condition)
        var order: [Select.OrderTerm] = []
        for (term, isDescending) in syntax.order {
            let path = try path(term)
            order.append(
                Select.OrderTerm(attribute: path.writtenName, isDescending: isDescending))
        }
        return Select(source: source, columns: columns, condition: condition, order: order)
    }

    private func columns(
        _ syntax: [SelectSyntax.Column]
    ) throws(StatementProblem) -> [Select.Column] {
        var columns: [Select.Column] = []
        var names: Set<Text> = []
        for column in syntax {
            let path = try path(column.term)
            let name = path.lastName
            guard names.insert(name).inserted else {
                throw StatementProblem("Duplicate identifiers in select clause: \(name)")
            }
            columns.append(Select.Column(path: path, name: name))
        }
        return columns
    }

    // MARK: Paths

    /// A place in an item.
    func path(_ term: Term) throws(StatementProblem) -> AttributePath {
        guard let path = try pathIfAny(term) else {
            throw StatementProblem("Unexpected path component at \(position(term.span))")
        }
        return path
    }

    /// A place in an item, if the term is one.
    func pathIfAny(_ term: Term) throws(StatementProblem) -> AttributePath? {
        switch term {
        case .name(let name, _):
            guard !name.isEmpty else { throw .emptyPathComponent }
            return AttributePath(name)
        case .path(.name(let root, let span), let steps):
            var path = AttributePath(root)
            guard !root.isEmpty else { throw .emptyPathComponent }
            for step in steps {
                switch step {
                case .name(let name):
                    guard !name.isEmpty else { throw .emptyPathComponent }
                    path.rest.append(.name(name))
                case .index(let index): path.rest.append(.index(try self.index(index)))
                case .wildcard:
                    throw StatementProblem("Unexpected path component at \(position(span))")
                }
            }
            guard path.rest.count < Limits.documentPathLevels else {
                throw StatementProblem(
                    "The document path has too many nesting levels; "
                        + "nesting levels: \(path.rest.count + 1)")
            }
            return path
        default: return nil
        }
    }

    private func index(_ term: Term) throws(StatementProblem) -> Int {
        guard case .literal(.number(let digits, let isNegative), let span) = term else {
            throw StatementProblem("Unexpected path component at \(position(term.span))")
        }
        guard !isNegative, let index = Int32(digits) else {
            throw StatementProblem(
                "List index is not within the allowable range; "
                    + "index: [\(isNegative ? "-" : "")\(digits)] at \(position(span))")
        }
        return Int(index)
    }
}

extension AttributePath {
    /// The path from its last name on.
    fileprivate var lastName: Text {
        var name = root.string
        for component in rest {
            switch component {
            case .name(let next): name = next.string
            case .index(let index): name += "[\(index)]"
            }
        }
        return Text(name)
    }

    /// The whole path as it is written.
    fileprivate var writtenName: Text {
        var name = root.string
        for component in rest {
            switch component {
            case .name(let next): name += ".\(next)"
            case .index(let index): name += "[\(index)]"
            }
        }
        return Text(name)
    }
}
