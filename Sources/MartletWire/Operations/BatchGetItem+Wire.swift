// Order: docs/operations/BatchGetItem.md.

internal import MartletCatalog
package import MartletEngine
internal import MartletExpressions
internal import MartletModel

extension BatchGetItem: WireOperation {
    /// What UnprocessedKeys repeats of one table's request: it is sent again as it was.
    package struct TableEcho: Sendable {
        var projection: String?
        var attributesToGet: [Text]?
        var names: [Text: Text]?
        var isConsistent: Bool?
    }

    package typealias Echo = [TableEcho]

    private struct TableMembers {
        var name: String
        var keys: [DecodedAttributes]?
        var isConsistent: Bool?
        var expressions = ExpressionMembers(.plain)
    }

    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<BatchGetItem> {
        var tables: [TableMembers]?
        var capacityReport: String?
        try readBody(body) { reader, progress throws(WireError) in
            while let name = try reader.nextMember(&progress) {
                switch name {
                case "RequestItems": tables = try read(from: &reader)
                case "ReturnConsumedCapacity": capacityReport = try reader.readOptionalString()
                default: try reader.skipValue()
                }
            }
        }
        let report = try check(tables, capacityReport)
        var requests: [TableRequest] = []
        var echoes: [TableEcho] = []
        for table in tables! {
            requests.append(try request(table))
            echoes.append(
                TableEcho(
                    projection: table.expressions.text(.projection),
                    attributesToGet: table.expressions.legacy?.attributesToGet,
                    names: table.expressions.names, isConsistent: table.isConsistent))
        }
        return DecodedRequest(
            BatchGetItem(requests: requests, capacityReport: report ?? .none), echo: echoes)
    }

    // MARK: Reading

    private static func read(
        from reader: inout JSONReader
    ) throws(WireError) -> [TableMembers]? {
        let valueClass = JSONReader.modelClass("KeysAndAttributes")
        guard var progress = try reader.beginMap(of: valueClass) else { return nil }
        var tables: [TableMembers] = []
        while let name = try reader.nextMember(&progress) {
            let name = name.string
            tables.removeAll { $0.name == name }
            tables.append(try readTable(name, from: &reader))
        }
        return tables
    }

    private static func readTable(
        _ name: String, from reader: inout JSONReader
    ) throws(WireError) -> TableMembers {
        var table = TableMembers(name: name)
        guard var progress = try reader.beginStructure("KeysAndAttributes", isEntry: true) else {
            return table
        }
        while let name = try reader.nextMember(&progress) {
            switch name {
            case "Keys": table.keys = try readKeys(from: &reader)
            case "ConsistentRead": table.isConsistent = try reader.readOptionalBool()
            case "ExpressionAttributeValues": try reader.skipValue()
            default:
                let isRead = try table.expressions.read(
                    name, of: [.projection], legacy: [.attributesToGet], from: &reader)
                if !isRead { try reader.skipValue() }
            }
        }
        return table
    }

    private static func readKeys(
        from reader: inout JSONReader
    ) throws(WireError) -> [DecodedAttributes]? {
        guard var progress = try reader.beginList() else { return nil }
        var keys: [DecodedAttributes] = []
        while try reader.nextElement(&progress) {
            guard let key = try reader.beginNested(.object) else { continue }
            keys.append(try reader.readAttributes(key))
        }
        return keys
    }

    // MARK: Checking

    private static func check(
        _ tables: [TableMembers]?, _ capacityReport: String?
    ) throws(WireError) -> CapacityReport? {
        var checks = MemberChecks()
        let report = checks.choice(
            capacityReport, of: .returnConsumedCapacity, at: "returnConsumedCapacity")
        checks.require(tables != nil, at: "requestItems")
        for table in tables ?? [] {
            checks.mapKey(table.name, at: "requestItems")
            let path = "RequestItems.\(table.name).member.Keys"
            guard let keys = table.keys else {
                checks.require(false, at: "requestItems.\(table.name).member.keys")
                continue
            }
            let end: String
            switch keys.count {
            case 0: end = "greater than or equal to 1"
            case ...Limits.batchGetKeys: end = ""
            default: end = "less than or equal to \(Limits.batchGetKeys)"
            }
            if !end.isEmpty {
                // This one is named as the request spells it, and its value is not shown.
                checks.fail(
                    text: "Value at '\(path)' failed to satisfy constraint: "
                        + "Member must have length \(end)")
            }
            table.expressions.legacy?.check(
                .attributesToGet, at: "requestItems.\(table.name).member.", &checks)
        }
        try checks.check()
        guard !tables!.isEmpty else {
            throw .validation("The requestItems parameter is required for BatchGetItem")
        }
        let total = tables!.reduce(0) { $0 + $1.keys!.count }
        guard total <= Limits.batchGetKeys else {
            throw .validation("Too many items requested for the BatchGetItem call")
        }
        return report
    }

    private static func request(_ table: TableMembers) throws(WireError) -> TableRequest {
        var expressions = try table.expressions.makeBinder(
            [.projection], legacy: [.attributesToGet])
        var keys: [Item] = []
        for key in table.keys! { keys.append(try key.checked(.plain)) }
        let projection = try expressions.projection()
        try expressions.requireAllUsed()
        guard Set(keys).count == keys.count else {
            throw .validation("Provided list of item keys contains duplicates")
        }
        return TableRequest(
            table: TableName(reference: table.name), keys: keys,
            projection: projection, isConsistent: table.isConsistent ?? false)
    }

    // MARK: Writing

    package static func encode(
        _ output: Output, for request: DecodedRequest<BatchGetItem>,
        into writer: inout JSONWriter
    ) {
        let requests = request.operation.requests
        writer.beginObject()
        writer.member("Responses")
        writer.beginObject()
        for (table, items) in zip(requests, output.responses) {
            writer.entry(Text(table.table.description))
            writer.beginArray()
            for item in items { item.writeJSON(to: &writer) }
            writer.endArray()
        }
        writer.endObject()
        writer.member("UnprocessedKeys")
        writer.beginObject()
        for (position, unread) in output.unprocessed.enumerated() where !unread.isEmpty {
            writer.entry(Text(requests[position].table.description))
            writer.unprocessed(
                unread.map { requests[position].keys[$0] }, request.echo[position])
        }
        writer.endObject()
        writer.consumedCapacities(output.capacity)
        writer.endObject()
    }
}

extension JSONWriter {
    fileprivate mutating func unprocessed(_ keys: [Item], _ echo: BatchGetItem.TableEcho) {
        beginObject()
        member("Keys")
        beginArray()
        for key in keys { attributes(key) }
        endArray()
        if let projection = echo.projection {
            member("ProjectionExpression")
            string(projection)
        }
        if let names = echo.attributesToGet {
            member("AttributesToGet")
            beginArray()
            for name in names { string(name) }
            endArray()
        }
        if let names = echo.names {
            member("ExpressionAttributeNames")
            beginObject()
            for (placeholder, name) in names.sorted(by: { $0.key < $1.key }) {
                entry(placeholder)
                string(name)
            }
            endObject()
        }
        if let isConsistent = echo.isConsistent {
            member("ConsistentRead")
            bool(isConsistent)
        }
        endObject()
    }
}

extension MemberChecks {
    /// Checks a map's key that names a table.
    mutating func mapKey(_ name: String, at path: String) {
        guard TableName(inARN: name) == nil,
            !TableName.hasOnlyNameCharacters(name) || name.utf8.count > 1024
        else { return }
        fail(
            "{\(name)=[]}", at: path,
            "Map keys must satisfy constraint: [Member must have length less than or equal to "
                + "1024, Member must have length greater than or equal to 1, "
                + "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+]")
    }
}
