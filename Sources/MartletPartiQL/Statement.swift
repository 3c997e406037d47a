// A statement with its parameters in place, checked as far as it can be without a table. What
// DynamoDB understands of PartiQL is what its operations can do, so conditions and updates are the
// trees of MartletExpressions.
//
// Order of the checks; the first that fails is the answer:
//
//   1. the text can be split into tokens, and follows the grammar
//   2. as many parameters as `?`
//   3. aliases and clauses that DynamoDB does not have, then the source
//   4. from the left: columns, values, conditions, what is returned

package import MartletExpressions
package import MartletModel

package enum Statement: Sendable {
    case select(Select)
    case insert(Insert)
    case update(Update)
    case delete(Delete)
    /// EXISTS(SELECT …): a condition of a transaction.
    case exists(Select)
}

/// What a statement reads or changes.
package struct Source: Sendable, Hashable {
    /// A name or an ARN.
    package var table: String
    package var index: Text?
}

package struct Select: Sendable {
    package struct Column: Sendable {
        package var path: AttributePath
        /// Under which the value is answered: the path from its last name on (`a.b[1]` is `b[1]`).
        package var name: Text
    }

    package struct OrderTerm: Sendable {
        package var attribute: Text
        package var isDescending: Bool
    }

    package var source: Source
    /// nil for `*`.
    package var columns: [Column]?
    package var condition: Condition?
    package var order: [OrderTerm]
}

package struct Insert: Sendable {
    package var source: Source
    package var item: Item
}

package struct Update: Sendable {
    package var source: Source
    package var actions: [UpdateAction]
    package var condition: Condition?
    package var returning: Returning?
}

package struct Delete: Sendable {
    package var source: Source
    package var condition: Condition?
    /// `allOld` or nil.
    package var returning: Returning?
}

extension Statement {
    package init(
        reading text: String, parameters: [AttributeValue] = []
    ) throws(ValidationError) {
        do throws(StatementProblem) {
            var parser = try Parser(text)
            let syntax = try parser.statement()
            guard parser.parameterCount == parameters.count else { throw .parameterCount }
            self = try StatementReader(text: text, parameters: parameters).statement(syntax)
        } catch {
            throw ValidationError(error.text)
        }
    }

    package var source: Source {
        switch self {
        case .select(let select), .exists(let select): select.source
        case .insert(let insert): insert.source
        case .update(let update): update.source
        case .delete(let delete): delete.source
        }
    }

    package var isSelect: Bool {
        if case .select = self { true } else { false }
    }

    package var returning: Returning? {
        switch self {
        case .update(let update): update.returning
        case .delete(let delete): delete.returning
        case .select, .insert, .exists: nil
        }
    }
}
