// What Query and Scan have in common: their members, the rules about Select, and their answer.

internal import MartletCatalog
internal import MartletEngine
internal import MartletExpressions
internal import MartletModel

struct PageMembers {
    var table: String?
    var index: String?
    var select: String?
    var limit: Int?
    var startKey: DecodedAttributes?
    var isConsistent: Bool?
    var capacityReport: String?
    var expressions = ExpressionMembers(.plain)

    /// Reads a member that both have; false for any other, which is then unread.
    mutating func read(
        _ name: JSONString, of kinds: [ExpressionKind], legacy: [LegacyParameter],
        from reader: inout JSONReader
    ) throws(WireError) -> Bool {
        switch name {
        case "TableName": table = try reader.readOptionalString()
        case "IndexName": index = try reader.readOptionalString()
        case "Select": select = try reader.readOptionalString()
        case "Limit": limit = try reader.readOptionalInteger()
        case "ExclusiveStartKey": startKey = try reader.readOptionalAttributes()
        case "ConsistentRead": isConsistent = try reader.readOptionalBool()
        case "ReturnConsumedCapacity": capacityReport = try reader.readOptionalString()
        default: return try expressions.read(name, of: kinds, legacy: legacy, from: &reader)
        }
        return true
    }

    /// Checks names and enumerations, and takes what passed.
    /// - Parameter filter: the legacy filter that the operation has.
    func check(
        _ checks: inout MemberChecks, filter: LegacyParameter
    ) -> (table: TableName, options: PageOptions) {
        let name = checks.tableName(table)
        checks.name(index, at: "indexName")
        var options = PageOptions()
        options.capacityReport =
            checks.choice(
                capacityReport, of: .returnConsumedCapacity, at: "returnConsumedCapacity")
            ?? .none
        expressions.legacy?.check(.attributesToGet, &checks)
        expressions.legacy?.check(filter, &checks)
        options.select = checks.choice(select, of: .select, at: "select")
        expressions.legacy?.check(.conditionalOperator, &checks)
        expressions.legacy?.check(.keyConditions, &checks)
        options.limit = limit
        options.isConsistent = isConsistent ?? false
        return (name, options)
    }

    /// The start key's attributes, in the words that the service has for a bad one.
    func checkedStartKey() throws(WireError) -> Item? {
        guard let startKey else { return nil }
        if let problem = startKey.problem {
            throw ValidationGeneration.plain.error(
                "The provided starting key is invalid: " + problem.text(in: .plain))
        }
        return startKey.values
    }

    /// - Parameter envelope: what Query, and only it, puts before one of the texts.
    func checkSelect(_ options: PageOptions, envelope: String) throws(WireError) {
        let name: StaticString? =
            expressions.text(.projection) != nil
            ? "ProjectionExpression"
            : expressions.legacy?.has(.attributesToGet) == true ? "AttributesToGet" : nil
        let hasProjection = name != nil
        switch options.select {
        case .specificAttributes where !hasProjection:
            throw .validation(
                envelope + "Must specify the AttributesToGet or ProjectionExpression when choosing "
                    + "to get SPECIFIC_ATTRIBUTES")
        case .count where hasProjection:
            throw .validation(
                "Cannot specify the \(name!) when choosing to get only the Count")
        case .allAttributes where hasProjection, .allProjectedAttributes where hasProjection:
            throw .validation(
                "Cannot specify the \(name!) when choosing to get \(select!)")
        case .allProjectedAttributes where index == nil:
            throw .validation(
                "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName")
        default: break
        }
    }
}

extension JSONWriter {
    mutating func page(_ page: Page) {
        beginObject()
        if let items = page.items {
            member("Items")
            beginArray()
            for item in items { item.writeJSON(to: &self) }
            endArray()
        }
        member("Count")
        integer(page.count)
        member("ScannedCount")
        integer(page.scannedCount)
        if let key = page.lastEvaluatedKey {
            member("LastEvaluatedKey")
            attributes(key)
        }
        if let capacity = page.capacity {
            member("ConsumedCapacity")
            consumedCapacity(capacity)
        }
        endObject()
    }
}
