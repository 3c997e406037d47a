// What can be said against a request without a look at the database, where the types allow it all
// the same. The server checks this where it reads requests; here requests come as values.
//
// The texts are the service's, as far as it has any.

internal import MartletCatalog
internal import MartletEngine
internal import MartletModel

extension AttributeMap {
    /// Checks an item's attributes: their names, and what types cannot say of values.
    func checkAttributes() throws(OperationError) {
        for entry in entries {
            if let problem = ValueFault(in: entry) { throw .validation(problem.text) }
        }
    }

    /// Checks what an expression's placeholders stand for.
    func checkExpressionValues() throws(OperationError) {
        for entry in entries {
            switch ValueFault(in: entry.value) {
            case nil: break
            case .nesting?: throw .validation(ValueFault.nesting.text)
            case let problem?:
                throw .validation(
                    "ExpressionAttributeValues contains invalid value: \(problem.text) for key "
                        + "\(entry.name)")
            }
        }
    }
}

extension ValueFault {
    /// The first in an item's attribute; nil when there is none.
    ///
    /// - Parameter level: how many lists and maps an item may be around the value, itself included.
    fileprivate init?(in entry: AttributeMap.Entry, level: Int = 1) {
        if entry.name.isEmpty {
            self = .emptyName
        } else if entry.name.utf8Count > Limits.attributeNameBytes {
            self = .longName
        } else {
            self.init(in: entry.value, level: level)
        }
    }

    fileprivate init?(in value: AttributeValue, level: Int = 1) {
        switch value {
        case .string, .number, .binary, .bool, .null: return nil
        case .stringSet(let set) where !set.isEmpty: return nil
        case .numberSet(let set) where !set.isEmpty: return nil
        case .binarySet(let set) where !set.isEmpty: return nil
        case .stringSet, .numberSet, .binarySet: self = .emptySet(value.type)
        case .list, .map:
            guard level < Limits.nestingLevels else {
                self = .nesting
                return
            }
            guard let problem = Self.first(within: value, level: level + 1) else { return nil }
            self = problem
        }
    }

    private static func first(within value: AttributeValue, level: Int) -> ValueFault? {
        switch value {
        case .list(let elements):
            for element in elements {
                if let problem = ValueFault(in: element, level: level) { return problem }
            }
        case .map(let map):
            for entry in map {
                if let problem = ValueFault(in: entry, level: level) { return problem }
            }
        default: break
        }
        return nil
    }
}

/// Runs checks of members and throws what they found.
func checkMembers(_ body: (inout MemberChecks) -> Void) throws(OperationError) {
    var checks = MemberChecks()
    body(&checks)
    if let error = checks.error { throw OperationError(error) }
}

extension PutItem {
    func check() throws(OperationError) { try item.checkAttributes() }
}

extension BatchGetItem {
    func check() throws(OperationError) {
        let count = requests.reduce(0) { $0 + $1.keys.count }
        guard count > 0 else {
            throw .validation("The requestItems parameter is required for BatchGetItem")
        }
        guard count <= Limits.batchGetKeys else {
            throw .validation("Too many items requested for the BatchGetItem call")
        }
    }
}

extension BatchWriteItem {
    func check() throws(OperationError) {
        let count = tables.reduce(0) { $0 + $1.requests.count }
        guard count > 0 else {
            throw .validation("The requestItems parameter is required for BatchWriteItem")
        }
        guard count <= Limits.batchWriteRequests else {
            throw .validation("Too many items requested for the BatchWriteItem call")
        }
        for table in tables {
            for case .put(let item) in table.requests { try item.checkAttributes() }
        }
    }
}

extension TransactGetItems {
    func check() throws(OperationError) { try checkActionCount(gets.count) }
}

extension TransactWriteItems {
    func check() throws(OperationError) {
        try checkActionCount(actions.count)
        for case .put(let item) in actions.map(\.effect) { try item.checkAttributes() }
    }
}

private func checkActionCount(_ count: Int) throws(OperationError) {
    try checkMembers { checks in
        checks.length(
            count, of: "[]", in: 1...Limits.transactionActions, at: "transactItems")
    }
}

extension SearchVectors {
    func check() throws(OperationError) {
        guard vector.allSatisfy(\.isFinite) else {
            throw .validation("SearchVector has an element that is infinite or not a number")
        }
    }
}

extension ListTables {
    func check() throws(OperationError) { try checkPage(limit, at: "limit") }
}

extension ListBackups {
    func check() throws(OperationError) { try checkPage(limit, at: "limit") }
}

extension ListContributorInsights {
    func check() throws(OperationError) { try checkPage(limit, at: "maxResults") }
}

private func checkPage(_ limit: Int, at member: String) throws(OperationError) {
    try checkMembers { checks in
        checks.range(of: limit, from: 1, through: Limits.listTablesPage, at: member)
    }
}

extension ExecuteStatement {
    func check() throws(OperationError) { try parsed.checkParameters() }
}

extension BatchExecuteStatement {
    func check() throws(OperationError) {
        try checkMembers { checks in
            checks.length(
                members.count, of: "[]", in: 1...Limits.batchStatements, at: "statements")
        }
        for case .success(let statement) in members.map(\.statement) {
            try statement.checkParameters()
        }
    }
}

extension ExecuteTransaction {
    func check() throws(OperationError) {
        try checkMembers { checks in
            checks.length(
                statements.count, of: "[]", in: 1...Limits.transactionActions,
                at: "transactStatements")
        }
        for statement in statements { try statement.checkParameters() }
    }
}

extension ParsedStatement {
    fileprivate func checkParameters() throws(OperationError) {
        for parameter in parameters {
            if let problem = ValueFault(in: parameter) { throw .validation(problem.text) }
        }
    }
}

extension RestoreTableFromBackup {
    func check() throws(OperationError) { try request.checkTarget() }
}

extension RestoreTableToPointInTime {
    func check() throws(OperationError) { try request.checkTarget() }
}

extension RestoreRequest {
    fileprivate func checkTarget() throws(OperationError) {
        try checkMembers { checks in checks.name(target.description, at: "targetTableName") }
    }
}
