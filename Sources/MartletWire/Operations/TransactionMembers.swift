// What the actions of TransactWriteItems and TransactGetItems have in common. Transactions have the
// older validation: all members are checked first and reported together; then the actions one by
// one in request order, each completely, so that the first problem wins whatever its kind.

internal import MartletCatalog
internal import MartletExpressions
internal import MartletModel

/// One action as it was sent: a put, an update, a delete, a check or a get.
struct ActionMembers {
    enum Kind: String {
        case put, update, delete, conditionCheck, get

        /// The structure's name in the model.
        var structure: StaticString {
            switch self {
            case .put: "Put"
            case .update: "Update"
            case .delete: "Delete"
            case .conditionCheck: "ConditionCheck"
            case .get: "Get"
            }
        }

        /// What holds the item's attributes or its key.
        var attributes: StaticString { self == .put ? "Item" : "Key" }

        /// Its expressions, in the order in which they are bound and listed.
        var expressions: [ExpressionKind] {
            switch self {
            case .put, .delete, .conditionCheck: [.condition]
            case .update: [.update, .condition]
            case .get: [.projection]
            }
        }

        /// The expression that it cannot be without.
        var required: (kind: ExpressionKind, path: String)? {
            switch self {
            case .update: (.update, "updateExpression")
            case .conditionCheck: (.condition, "conditionExpression")
            case .put, .delete, .get: nil
            }
        }
    }

    let kind: Kind
    var table: String?
    var attributes: DecodedAttributes?
    var returnValuesOnFailure: String?
    var expressions = ExpressionMembers(.older)

    /// Reads the structure's members after it was opened.
    init(
        _ kind: Kind, _ progress: JSONReader.Progress, from reader: inout JSONReader
    ) throws(WireError) {
        self.kind = kind
        var progress = progress
        let expressionKinds = kind.expressions
        let attributesName = kind.attributes
        while let name = try reader.nextMember(&progress) {
            switch name {
            case "TableName": table = try reader.readOptionalString()
            case attributesName: attributes = try reader.readOptionalAttributes()
            case "ReturnValuesOnConditionCheckFailure" where kind != .get:
                returnValuesOnFailure = try reader.readOptionalString()
            case "ExpressionAttributeValues" where kind == .get: try reader.skipValue()
            default:
                let isRead = try expressions.read(name, of: expressionKinds, from: &reader)
                if !isRead { try reader.skipValue() }
            }
        }
    }

    /// Checks the action's members by themselves.
    /// - Parameter path: such as `transactItems.1.member.put`.
    func check(_ checks: inout MemberChecks, at path: String) -> (table: TableName, Bool) {
        let attributesName = kind == .put ? "item" : "key"
        checks.require(attributes != nil, at: "\(path).\(attributesName)")
        let name = checks.tableName(table, at: "\(path).tableName")
        if let required = kind.required {
            checks.require(
                expressions.text(required.kind) != nil, at: "\(path).\(required.path)")
        }
        let returnsItem = checks.choice(
            returnValuesOnFailure, of: .returnValuesOnConditionCheckFailure,
            at: "\(path).returnValuesOnConditionCheckFailure")
        return (name, returnsItem ?? false)
    }
}

extension MemberChecks {
    /// Checks that a list of actions is there and has 1 to 100 of them.
    mutating func transactItems(_ count: Int?, kind: String) {
        guard let count else {
            require(false, at: "transactItems")
            return
        }
        // The service shows every action in full; here each is shown by its kind alone.
        length(
            count,
            of: "[" + repeatElement(kind, count: count).joined(separator: ", ") + "]",
            in: 1...Limits.transactionActions, at: "transactItems")
    }
}
