// What can be wrong with an expression. Texts are protocol: they match the service's byte for byte.
// docs/expressions.md lists them in the order in which they win.

internal import MartletModel

/// A problem inside one expression; the binder puts the parameter's name before it.
struct ExpressionProblem: Error, Equatable {
    var text: String

    init(_ text: String) { self.text = text }

    static let empty = ExpressionProblem("The expression can not be empty;")
    static let redundantParentheses = ExpressionProblem(
        "The expression has redundant parentheses;")
    /// The service stops counting at the first operator too many.
    static let tooManyOperators = ExpressionProblem(
        "The expression contains too many operators; "
            + "operator count: \(Limits.expressionOperators + 1)")

    static func tooLong(_ bytes: Int, kind: ExpressionKind) -> ExpressionProblem {
        let text = "Expression size has exceeded the maximum allowed size;"
        return ExpressionProblem(kind == .update ? text : text + " expression size: \(bytes)")
    }

    static func reservedWord(_ name: String) -> ExpressionProblem {
        ExpressionProblem("Attribute name is a reserved keyword; reserved keyword: " + name)
    }

    static func indexRange(_ digits: String) -> ExpressionProblem {
        ExpressionProblem("List index is not within the allowable range; index: [\(digits)]")
    }

    static func undefinedName(_ name: Text) -> ExpressionProblem {
        ExpressionProblem(
            "An expression attribute name used in the document path is not defined; "
                + "attribute name: \(name)")
    }

    static func undefinedValue(_ name: Text) -> ExpressionProblem {
        ExpressionProblem(
            "An expression attribute value used in expression is not defined; "
                + "attribute value: \(name)")
    }

    static func tooDeep(_ levels: Int) -> ExpressionProblem {
        ExpressionProblem(
            "The document path has too many nesting levels; nesting levels: \(levels)")
    }

    static func operandType(_ name: String, _ type: String) -> ExpressionProblem {
        ExpressionProblem(
            "Incorrect operand type for operator or function; "
                + "operator or function: \(name), operand type: \(type)")
    }

    static func operandCount(_ name: String, _ count: Int) -> ExpressionProblem {
        ExpressionProblem(
            "Incorrect number of operands for operator or function; "
                + "operator or function: \(name), number of operands: \(count)")
    }

    static func needsPath(_ name: String) -> ExpressionProblem {
        ExpressionProblem(
            "Operator or function requires a document path; operator or function: \(name)")
    }

    static func notDistinct(_ name: String, _ path: AttributePath) -> ExpressionProblem {
        ExpressionProblem(
            "The first operand must be distinct from the remaining operands for this operator "
                + "or function; operator: \(name), first operand: \(path)")
    }

    static func paths(
        _ relation: PathRelation, _ first: AttributePath, _ second: AttributePath
    ) -> ExpressionProblem {
        ExpressionProblem(
            "Two document paths \(relation.rawValue) with each other; must remove or rewrite "
                + "one of these paths; path one: \(first), path two: \(second)")
    }
}
