// What can be wrong with a statement by itself. Texts are protocol: they match the service's byte
// for byte. docs/partiql.md lists them, and says which of them no source settles.

internal import MartletModel

struct StatementProblem: Error, Equatable {
    var text: String

    init(_ text: String) { self.text = text }

    /// The grammar does not go on in this way. What cannot even be split into tokens has no detail.
    static func malformed(_ detail: String = "") -> StatementProblem {
        StatementProblem("Statement wasn't well formed, can't be processed: " + detail)
    }

    static let unexpectedTerm = malformed("Unexpected term")
    static let unexpectedKeyword = malformed("Unexpected keyword")
    static let noChange = malformed("Expected data manipulation")
    static let missingOperand = malformed("Missing right-hand side expression of infix operator")
    static let tooDeep = malformed("Expression is nested too deeply")

    static let parameterCount = StatementProblem(
        "Number of parameters in request and statement don't match.")
    static let alias = StatementProblem("Aliasing is not supported")
    static let emptyPathComponent = StatementProblem("Path component cannot be an empty string")

    static func clause(_ name: String) -> StatementProblem {
        StatementProblem("Unsupported clause: " + name)
    }

    static func operatorInCondition(_ name: String) -> StatementProblem {
        StatementProblem("Unsupported operator in Condition Expression. Operator: " + name)
    }

    static func operandType(_ name: String, _ type: AttributeType) -> StatementProblem {
        StatementProblem(
            "Incorrect operand type for operator or function; "
                + "operator or function: \(name), operand type: \(type.rawValue)")
    }

    static func operandCount(_ name: String, _ count: Int) -> StatementProblem {
        StatementProblem(
            "Incorrect number of operands for operator or function; "
                + "operator or function: \(name), number of operands: \(count)")
    }

    static func needsPath(_ name: String) -> StatementProblem {
        StatementProblem(
            "Operator or function requires a document path; operator or function: \(name)")
    }
}
