/// A whole statement as read.
enum StatementSyntax: Sendable {
    case select(SelectSyntax)
    case insert(source: Term, value: Term, hasReturning: Bool)
    case update(ChangeSyntax, [ActionSyntax])
    case delete(ChangeSyntax)
    /// EXISTS(SELECT …)
    case exists(SelectSyntax)
}

struct SelectSyntax: Sendable {
    struct Column: Sendable {
        var term: Term
        var hasAlias: Bool
    }

    var span: Span
    /// nil for `*`.
    var columns: [Column]?
    var source: Term
    var hasSourceAlias: Bool
    /// FROM names several sources.
    var isJoin: Bool
    var condition: Term?
    var order: [(term: Term, isDescending: Bool)] = []
    /// The first clause that SQL has and DynamoDB does not.
    var unsupportedClause: String?
}

/// What UPDATE and DELETE have in common.
struct ChangeSyntax: Sendable {
    var source: Term
    var hasAlias: Bool
    var condition: Term?
    var returning: Returning?
}

enum ActionSyntax: Sendable {
    case set(Term, Term)
    case remove(Term)
}

/// What an UPDATE or DELETE shows of the item.
package enum Returning: String, Sendable {
    case allOld = "ALL OLD"
    case allNew = "ALL NEW"
    case modifiedOld = "MODIFIED OLD"
    case modifiedNew = "MODIFIED NEW"
}
