// The members that PutItem, UpdateItem and DeleteItem share, and their answer. All three have the
// newest validation: a table's name that breaks a constraint is reported by itself, other members
// together. A request without its item or key is reported in the older way, everything together.

internal import MartletCatalog
internal import MartletEngine
internal import MartletExpressions
internal import MartletModel

struct WriteMembers {
    var table: String?
    /// The item of a put, the key of the others.
    var attributes: DecodedAttributes?
    var capacityReport: String?
    var itemCollectionMetrics: String?
    var returnValues: String?
    var returnValuesOnFailure: String?
    var expressions = ExpressionMembers(.enveloped)

    static let legacy: [LegacyParameter] = [.attributeUpdates, .expected, .conditionalOperator]

    init(
        _ body: UnsafeBufferPointer<UInt8>, attributes member: StaticString,
        expressions kinds: [ExpressionKind]
    ) throws(WireError) {
        self = try readBody(body) { reader, progress throws(WireError) in
            var members = WriteMembers()
            while let name = try reader.nextMember(&progress) {
                try members.read(name, attributes: member, kinds, from: &reader)
            }
            return members
        }
    }

    private init() {}

    private mutating func read(
        _ name: JSONString, attributes member: StaticString, _ kinds: [ExpressionKind],
        from reader: inout JSONReader
    ) throws(WireError) {
        switch name {
        case "TableName": table = try reader.readOptionalString()
        case member: attributes = try reader.readOptionalAttributes()
        case "ReturnConsumedCapacity": capacityReport = try reader.readOptionalString()
        case "ReturnItemCollectionMetrics":
            itemCollectionMetrics = try reader.readOptionalString()
        case "ReturnValues": returnValues = try reader.readOptionalString()
        case "ReturnValuesOnConditionCheckFailure":
            returnValuesOnFailure = try reader.readOptionalString()
        default:
            let isRead = try expressions.read(
                name, of: kinds, legacy: Self.legacy, from: &reader)
            if !isRead { try reader.skipValue() }
        }
    }

    // MARK: Member checks

    /// The choices that a request made, when nothing is wrong with it.
    struct Checked {
        var table: TableName
        var returnValues: UpdateItem.ReturnValues
        var options: WriteOptions
    }

    /// Checks PutItem's and DeleteItem's members.
    /// - Parameter order: whether `returnValues` stands before the attributes in the older form.
    func check(attributes path: String, afterReturnValues: Bool) throws(WireError) -> Checked {
        var checks = MemberChecks()
        guard attributes != nil else {
            _ = capacity(&checks)
            _ = checks.tableName(table)
            if !afterReturnValues {
                checks.require(false, at: path)
                checkLegacy(&checks)
            }
            _ = choose(&checks)
            if afterReturnValues {
                checks.require(false, at: path)
                checkLegacy(&checks)
            }
            try checks.check()
            preconditionFailure("A missing member is a failure")
        }
        let table = checks.tableName(self.table)
        try checks.check()
        let report = capacity(&checks)
        if !afterReturnValues { checkLegacy(&checks) }
        let choices = choose(&checks)
        if afterReturnValues { checkLegacy(&checks) }
        try checks.check()
        return checked(table, report, choices)
    }

    /// Checks UpdateItem's members, of which it reports one alone, unless the key is missing.
    func checkUpdate() throws(WireError) -> Checked {
        var checks = MemberChecks()
        guard attributes != nil else {
            _ = capacity(&checks)
            _ = checks.tableName(table)
            _ = choose(&checks)
            checks.require(false, at: "key")
            checkLegacy(&checks)
            try checks.check()
            preconditionFailure("A missing member is a failure")
        }
        let table = checks.tableName(self.table)
        try checks.check()
        if let returnValues,
            !Choices.returnValues.entries.contains(where: { $0.text == returnValues })
        {
            // The service's own misspelling.
            checks.fail(
                text: "Failed to satisfy constraint: Member must satisfy enum value set: "
                    + "[ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATE_NEW, NONE]")
            try checks.check()
        }
        let report = capacity(&checks)
        try checks.check()
        let choices = choose(&checks, oneOnly: true)
        try checks.check()
        checkLegacy(&checks)
        try checks.check()
        return checked(table, report, choices)
    }

    private func checkLegacy(_ checks: inout MemberChecks) {
        guard let legacy = expressions.legacy else { return }
        legacy.check(.conditionalOperator, &checks)
        legacy.check(.expected, &checks)
        legacy.check(.attributeUpdates, &checks)
    }

    private typealias Chosen = (
        values: UpdateItem.ReturnValues?, metrics: Bool?, onFailure: Bool?
    )

    private func capacity(_ checks: inout MemberChecks) -> CapacityReport? {
        checks.choice(
            capacityReport, of: .returnConsumedCapacity, at: "returnConsumedCapacity")
    }

    private func choose(_ checks: inout MemberChecks, oneOnly: Bool = false) -> Chosen {
        let values = checks.choice(returnValues, of: .returnValues, at: "returnValues")
        let metrics = checks.choice(
            itemCollectionMetrics, of: .returnItemCollectionMetrics,
            at: "returnItemCollectionMetrics")
        guard !oneOnly || checks.isEmpty else { return (values, metrics, nil) }
        let onFailure = checks.choice(
            returnValuesOnFailure, of: .returnValuesOnConditionCheckFailure,
            at: "returnValuesOnConditionCheckFailure")
        return (values, metrics, onFailure)
    }

    private func checked(
        _ table: TableName, _ report: CapacityReport?, _ choices: Chosen
    ) -> Checked {
        Checked(
            table: table, returnValues: choices.values ?? .none,
            options: WriteOptions(
                returnsItemOnConditionFailure: choices.onFailure ?? false,
                capacityReport: report ?? .none,
                reportsItemCollectionMetrics: choices.metrics ?? false))
    }

    /// PutItem and DeleteItem know two of the five choices.
    func requireOldOrNone(_ values: UpdateItem.ReturnValues) throws(WireError) {
        guard values == .none || values == .allOld else {
            throw ValidationGeneration.enveloped.error("ReturnValues can only be ALL_OLD or NONE")
        }
    }
}

extension JSONWriter {
    mutating func writeAnswer(_ answer: WriteAnswer) {
        beginObject()
        if let attributes = answer.attributes {
            member("Attributes")
            attributes.writeJSON(to: &self)
        }
        if let capacity = answer.capacity {
            member("ConsumedCapacity")
            consumedCapacity(capacity)
        }
        if let metrics = answer.itemCollectionMetrics {
            member("ItemCollectionMetrics")
            itemCollectionMetrics(metrics)
        }
        endObject()
    }
}
