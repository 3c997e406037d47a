// Order: docs/operations/TransactGetItems.md.

internal import MartletCatalog
package import MartletEngine
internal import MartletExpressions

extension TransactGetItems: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<TransactGetItems> {
        var actions: [ActionMembers?]?
        var capacityReport: String?
        try readBody(body) { reader, progress throws(WireError) in
            while let name = try reader.nextMember(&progress) {
                switch name {
                case "TransactItems": actions = try read(from: &reader)
                case "ReturnConsumedCapacity": capacityReport = try reader.readOptionalString()
                default: try reader.skipValue()
                }
            }
        }
        var checks = MemberChecks()
        let report = checks.choice(
            capacityReport, of: .returnConsumedCapacity, at: "returnConsumedCapacity")
        checks.transactItems(actions?.count, kind: "TransactGetItem")
        var tables: [TableName] = []
        for (position, action) in (actions ?? []).enumerated() {
            let path = "transactItems.\(position + 1).member.get"
            checks.require(action != nil, at: path)
            if let action { tables.append(action.check(&checks, at: path).table) }
        }
        try checks.check()

        var gets: [Get] = []
        for (action, table) in zip(actions!, tables) {
            let action = action!
            let key = try action.attributes!.checked(.older)
            var expressions = try action.expressions.makeBinder(action.kind.expressions)
            let projection = try expressions.projection()
            try expressions.requireAllUsed()
            gets.append(Get(table: table, key: key, projection: projection))
        }
        return DecodedRequest(TransactGetItems(gets: gets, capacityReport: report ?? .none))
    }

    /// Reads the list; an element that has no Get is nil.
    private static func read(
        from reader: inout JSONReader
    ) throws(WireError) -> [ActionMembers?]? {
        guard var list = try reader.beginList() else { return nil }
        var actions: [ActionMembers?] = []
        while try reader.nextElement(&list) {
            var action: ActionMembers?
            if var item = try reader.beginStructure("TransactGetItem", isEntry: true) {
                while let name = try reader.nextMember(&item) {
                    if name.equals("Get") {
                        let get = try reader.beginStructure("Get")
                        action = nil
                        if let get { action = try ActionMembers(.get, get, from: &reader) }
                    } else {
                        try reader.skipValue()
                    }
                }
            }
            actions.append(action)
        }
        return actions
    }

    package static func encode(
        _ output: Output, for request: DecodedRequest<TransactGetItems>,
        into writer: inout JSONWriter
    ) {
        writer.transaction(output.items, output.capacity)
    }
}

extension JSONWriter {
    /// The answer to a transaction that reads, whatever it was asked in.
    mutating func transaction(_ items: [ReturnedItem?], _ capacity: [ConsumedCapacity]) {
        beginObject()
        member("Responses")
        beginArray()
        for item in items {
            beginObject()
            if let item {
                member("Item")
                item.writeJSON(to: &self)
            }
            endObject()
        }
        endArray()
        consumedCapacities(capacity)
        endObject()
    }
}
