// A statement with its parameters, as ExecuteStatement and the members of batches and transactions
// carry it.

internal import MartletCatalog
internal import MartletEngine
internal import MartletModel

struct StatementMembers {
    private static let statementCharacters = 1...8192

    private var statement: String?
    private var parameters: [DecodedValue]?
    private var isConsistentRead: Bool?
    private var returnValuesOnFailure: String?

    /// Reads one of the members; false for any other, which is then unread.
    mutating func read(
        _ name: JSONString, from reader: inout JSONReader
    ) throws(WireError) -> Bool {
        switch name {
        case "Statement": statement = try reader.readOptionalString()
        case "Parameters": parameters = try reader.readOptionalValues()
        case "ConsistentRead": isConsistentRead = try reader.readOptionalBool()
        case "ReturnValuesOnConditionCheckFailure":
            returnValuesOnFailure = try reader.readOptionalString()
        default: return false
        }
        return true
    }

    /// Reads the statements of a batch or a transaction.
    /// - Parameter structure: the model's name of an element.
    static func list(
        of structure: StaticString, from reader: inout JSONReader
    ) throws(WireError) -> [StatementMembers]? {
        guard var list = try reader.beginList() else { return nil }
        var statements: [StatementMembers] = []
        while try reader.nextElement(&list) {
            var members = StatementMembers()
            if var progress = try reader.beginStructure(structure, isEntry: true) {
                while let name = try reader.nextMember(&progress) {
                    if try !members.read(name, from: &reader) { try reader.skipValue() }
                }
            }
            statements.append(members)
        }
        return statements
    }

    /// Checks the members by themselves.
    /// - Parameters:
    ///   - path: such as `statements.1.member.`; empty for the request itself.
    ///   - between: checks what the request has beside a statement, in its place.
    func check(
        _ checks: inout MemberChecks, at path: String = "",
        between: (inout MemberChecks) -> Void = { _ in }
    ) {
        checks.require(statement != nil, at: path + "statement")
        checks.length(of: statement, in: Self.statementCharacters, at: path + "statement")
        if let parameters, parameters.isEmpty {
            checks.fail(
                "[]", at: path + "parameters",
                "Member must have length greater than or equal to 1")
        }
        between(&checks)
        _ = checks.choice(
            returnValuesOnFailure, of: .returnValuesOnConditionCheckFailure,
            at: path + "returnValuesOnConditionCheckFailure")
    }

    // What follows needs checked members.

    var text: String { statement! }
    var isConsistent: Bool { isConsistentRead ?? false }
    var returnsItemOnConditionFailure: Bool { returnValuesOnFailure == "ALL_OLD" }

    /// The parameters, unless something is wrong with one of them.
    func values() throws(OperationError) -> [AttributeValue] {
        guard let parameters else { return [] }
        if let problem = parameters.lazy.compactMap(\.problem).first {
            throw .validation(problem.text(in: .plain))
        }
        return parameters.map(\.value)
    }
}

extension MemberChecks {
    /// Checks that a list of statements is there and has 1 to `limit` of them.
    mutating func statements(
        _ count: Int?, limit: Int, kind: String, at path: @autoclosure () -> String
    ) {
        guard let count else {
            require(false, at: path())
            return
        }
        // The service shows every statement in full; here each is shown by its kind alone.
        length(
            count, of: "[" + repeatElement(kind, count: count).joined(separator: ", ") + "]",
            in: 1...limit, at: path())
    }
}

extension WireError {
    /// What a statement has wrong with it, before anything is run.
    init(statement error: OperationError) {
        guard case .validation(let text) = error else {
            preconditionFailure("Reading a statement fails in no other way")
        }
        self = .validation(text)
    }
}
