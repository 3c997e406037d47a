// Order: docs/operations/TransactWriteItems.md.

internal import MartletCatalog
internal import MartletEncoding
package import MartletEngine
internal import MartletExpressions
internal import MartletModel

extension TransactWriteItems: WireOperation {
    private static let tokenCharacters = 1...36
    private static let kinds: [ActionMembers.Kind] = [.conditionCheck, .put, .delete, .update]

    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<TransactWriteItems> {
        var items: [[ActionMembers]]?
        var reports = ReportMembers()
        var token: String?
        try readBody(body) { reader, progress throws(WireError) in
            while let name = try reader.nextMember(&progress) {
                switch name {
                case "TransactItems": items = try read(from: &reader)
                case "ClientRequestToken": token = try reader.readOptionalString()
                default: if try !reports.read(name, from: &reader) { try reader.skipValue() }
                }
            }
        }
        var checks = MemberChecks()
        let report = reports.check(&checks)
        checks.length(of: token, in: tokenCharacters, at: "clientRequestToken")
        checks.transactItems(items?.count, kind: "TransactWriteItem")
        var targets: [(table: TableName, returnsItem: Bool)] = []
        for (position, actions) in (items ?? []).enumerated() {
            for action in actions {
                let path = "transactItems.\(position + 1).member.\(action.kind.rawValue)"
                targets.append(action.check(&checks, at: path))
            }
        }
        try checks.check()

        for item in items! {
            guard item.count == 1 else {
                throw .validation(
                    "TransactItems can only contain one of Check, Put, Update or Delete")
            }
        }
        var actions: [Action] = []
        for (item, target) in zip(items!, targets) {
            actions.append(try action(item[0], target.table, target.returnsItem))
        }
        return DecodedRequest(
            TransactWriteItems(
                actions: actions,
                token: token.map { Token(text: $0, requestDigest: digest(items!)) },
                capacityReport: report.capacity, reportsItemCollectionMetrics: report.metrics))
    }

    // MARK: Reading

    /// Reads the list: for each element the actions that it has, of which one is right.
    private static func read(
        from reader: inout JSONReader
    ) throws(WireError) -> [[ActionMembers]]? {
        guard var list = try reader.beginList() else { return nil }
        var items: [[ActionMembers]] = []
        while try reader.nextElement(&list) {
            var actions: [ActionMembers] = []
            if var item = try reader.beginStructure("TransactWriteItem", isEntry: true) {
                while let name = try reader.nextMember(&item) {
                    guard let kind = kinds.first(where: { name.equals($0.structure) }) else {
                        try reader.skipValue()
                        continue
                    }
                    actions.removeAll { $0.kind == kind }
                    if let progress = try reader.beginStructure(kind.structure) {
                        actions.append(try ActionMembers(kind, progress, from: &reader))
                    }
                }
            }
            items.append(actions)
        }
        return items
    }

    // MARK: Checking

    private static func action(
        _ members: ActionMembers, _ table: TableName, _ returnsItem: Bool
    ) throws(WireError) -> Action {
        let attributes = try members.attributes!.checked(.older)
        var expressions = try members.expressions.makeBinder(members.kind.expressions)
        let update = members.kind == .update ? try expressions.update() : nil
        let condition = try expressions.condition()
        try expressions.requireAllUsed()
        let effect: Action.Effect
        switch members.kind {
        case .put: effect = .put(attributes)
        case .update: effect = .update(key: attributes, update!)
        case .delete: effect = .delete(key: attributes)
        case .conditionCheck: effect = .check(key: attributes)
        case .get: preconditionFailure("Not read here")
        }
        return Action(
            table: table, effect: effect, condition: condition,
            returnsItemOnConditionFailure: returnsItem)
    }

    /// The request as canonical JSON, hashed: maps and sets are sorted and numbers in one form, so
    /// that equal requests have equal digests.
    private static func digest(_ items: [[ActionMembers]]) -> [UInt8] {
        var writer = JSONWriter(capacityBytes: 4096)
        writer.beginArray()
        for item in items { writer.canonical(item[0]) }
        writer.endArray()
        return writer.withBytes { requestDigest(UnsafeRawBufferPointer($0)) }
    }

    // MARK: Writing

    package static func encode(
        _ output: Output, for request: DecodedRequest<TransactWriteItems>,
        into writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.itemCollectionMetrics(byTable: output.itemCollectionMetrics)
        writer.consumedCapacities(output.capacity)
        writer.endObject()
    }
}

extension JSONWriter {
    fileprivate mutating func canonical(_ action: ActionMembers) {
        beginArray()
        string(action.kind.rawValue)
        string(action.table ?? "")
        attributes(action.attributes?.values ?? [:])
        string(action.returnValuesOnFailure ?? "")
        for kind in action.kind.expressions { string(action.expressions.text(kind) ?? "") }
        beginObject()
        let names = (action.expressions.names ?? [:]).sorted { $0.key < $1.key }
        for (placeholder, name) in names {
            entry(placeholder)
            string(name)
        }
        endObject()
        attributes(action.expressions.values?.values ?? [:])
        endArray()
    }
}
