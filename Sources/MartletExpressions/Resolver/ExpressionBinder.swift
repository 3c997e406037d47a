// Order of the checks on one expression; the first that fails is the answer. docs/expressions.md
// has the texts.
//
//   1. empty, too long
//   2. syntax; redundant parentheses as soon as they close
//   3. too many operators; then from the left: reserved words, list indexes, function names,
//      functions out of place, numbers of operands; a section used twice
//   4. names, values, operand types, from the left (updates: see UpdateBinding)
//   5. distinct paths, in projections
//
// Then, when all expressions of the request are bound: names and values that nobody used, and last
// the form of a key condition.

package import MartletModel

/// Binds the expressions of one request to its names and values, and tells at the end which of
/// those nobody used.
package struct ExpressionBinder {
    private var resolver: Resolver
    private let cache: ParsedExpressionCache
    /// What is wrong with the form of a key condition, which is told last.
    private var keyProblem: ValidationError?

    /// - Parameters:
    ///   - names: ExpressionAttributeNames, or nil when the request has none.
    ///   - values: ExpressionAttributeValues with their colons, or nil.
    package init(
        names: [Text: Text]?, values: AttributeMap?, cache: ParsedExpressionCache = .shared
    ) throws(ValidationError) {
        resolver = Resolver(
            names: try NamePlaceholders(names), values: try ValuePlaceholders(values))
        self.cache = cache
    }

    package mutating func condition(
        _ text: String, kind: ExpressionKind = .condition
    ) throws(ValidationError) -> ConditionExpression {
        do throws(ExpressionProblem) {
            try Self.checkSize(text, kind: kind)
            return try ConditionBinding.bind(try cache.condition(text), with: &resolver)
        } catch {
            throw Self.invalid(kind, error)
        }
    }

    package mutating func projection(
        _ text: String
    ) throws(ValidationError) -> ProjectionExpression {
        do throws(ExpressionProblem) {
            try Self.checkSize(text, kind: .projection)
            let parsed = try cache.projection(text)
            if let bound = parsed.bound { return bound }
            let paths = try resolver.paths(parsed.paths)
            if let problem = PathRelation.problem(among: paths) { throw problem }
            return ProjectionExpression(distinct: paths)
        } catch {
            throw Self.invalid(.projection, error)
        }
    }

    package mutating func update(_ text: String) throws(ValidationError) -> UpdateExpression {
        do throws(ExpressionProblem) {
            try Self.checkSize(text, kind: .update)
            return try UpdateBinding.bind(try cache.update(text), with: &resolver)
        } catch {
            throw Self.invalid(.update, error)
        }
    }

    /// Binds a key condition. A form that no key condition has is told by `requireAllUsed()`, as
    /// the service tells it after what is unused; until then the clauses are empty.
    package mutating func keyCondition(_ text: String) throws(ValidationError) -> KeyCondition {
        try keyCondition(text, kind: .keyCondition)
    }

    /// Binds a SearchConditionExpression: equalities alone. As with `keyCondition(_:)`, its form
    /// is told by `requireAllUsed()`.
    package mutating func searchCondition(
        _ text: String
    ) throws(ValidationError) -> SearchCondition {
        SearchCondition(try keyCondition(text, kind: .searchCondition))
    }

    private mutating func keyCondition(
        _ text: String, kind: ExpressionKind
    ) throws(ValidationError) -> KeyCondition {
        let parsed: ParsedCondition
        let condition: ConditionExpression
        do throws(ExpressionProblem) {
            try Self.checkSize(text, kind: kind)
            parsed = try cache.condition(text)
            condition = try ConditionBinding.bind(parsed, with: &resolver)
        } catch {
            throw Self.invalid(kind, error)
        }
        do throws(ExpressionProblem) {
            return try KeyCondition(condition, connectives: parsed.connectives, kind: kind)
        } catch {
            keyProblem = keyProblem ?? Self.invalid(kind, error)
            return KeyCondition(clauses: [])
        }
    }

    /// Fails when a name or value was given that no expression used, or a key condition has a
    /// form that none may have. To be called when all expressions are bound, before any is used.
    package func requireAllUsed() throws(ValidationError) {
        try resolver.names.requireAllUsed()
        try resolver.values.requireAllUsed()
        if let keyProblem { throw keyProblem }
    }

    private static func checkSize(
        _ text: String, kind: ExpressionKind
    ) throws(ExpressionProblem) {
        let size = text.utf8.count
        if size == 0 { throw .empty }
        if size > Limits.expressionBytes { throw .tooLong(size, kind: kind) }
    }

    private static func invalid(
        _ kind: ExpressionKind, _ problem: ExpressionProblem
    ) -> ValidationError {
        ValidationError("Invalid \(kind.parameterName): \(problem.text)")
    }
}
