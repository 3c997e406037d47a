// A statement as read, before anything in it has a meaning for DynamoDB.

internal import MartletExpressions
internal import MartletModel

/// An expression: a value, a place in an item, a test, or a part of one of these.
indirect enum Term: Sendable {
    enum Literal: Sendable {
        case string(Text)
        /// The digits without the sign that stood before them.
        case number(String, isNegative: Bool)
        case bool(Bool)
        case null
        case ion(String)
    }

    enum PathStep: Sendable {
        case name(Text)
        case index(Term)
        /// `.*` or `[*]`.
        case wildcard
    }

    case literal(Literal, Span)
    case missing(Span)
    /// The parameters count from zero, from the left.
    case parameter(Int, Span)
    case name(Text, Span)
    case path(Term, [PathStep])
    case list([Term], Span)
    case bag([Term], Span)
    case tuple([(key: Term, value: Term)], Span)
    case call(String, [Term], Span)
    /// A sign before something that is no number.
    case sign(String, Term, Span)
    case arithmetic(String, Term, Term)
    case comparison(Comparator, Term, Term)
    case between(Term, Term, Term)
    case isIn(Term, Term)
    case like(Term)
    case isType(Term, String)
    case not(Term)
    case all([Term])
    case any([Term])
    case select(SelectSyntax)
}

extension Term {
    /// Where the term begins: its first token, as far as the service shows it.
    var span: Span {
        switch self {
        case .literal(_, let span), .missing(let span), .parameter(_, let span),
            .name(_, let span), .list(_, let span), .bag(_, let span), .tuple(_, let span),
            .call(_, _, let span), .sign(_, _, let span):
            span
        case .path(let root, _): root.span
        case .arithmetic(_, let left, _), .comparison(_, let left, _), .between(let left, _, _),
            .isIn(let left, _), .like(let left), .isType(let left, _), .not(let left):
            left.span
        case .all(let terms), .any(let terms): terms[0].span
        case .select(let select): select.span
        }
    }

    /// Whether it is true or false of an item, and has no other value.
    var isTest: Bool {
        switch self {
        case .comparison, .between, .isIn, .like, .isType, .not, .all, .any: true
        case .call(let name, _, _): ConditionFunction(rawValue: name) != nil
        default: false
        }
    }
}

/// A function that is a condition by itself.
enum ConditionFunction: String {
    case beginsWith = "begins_with"
    case contains
    case attributeType = "attribute_type"
    case attributeExists = "attribute_exists"
    case attributeNotExists = "attribute_not_exists"

    var operandCount: Int {
        switch self {
        case .attributeExists, .attributeNotExists: 1
        case .beginsWith, .contains, .attributeType: 2
        }
    }
}
