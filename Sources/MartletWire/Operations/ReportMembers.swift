// What BatchWriteItem and TransactWriteItems may be asked to tell about themselves. The two are
// checked before all else, the capacity first.

internal import MartletCatalog
internal import MartletEngine

struct ReportMembers {
    private var consumedCapacity: String?
    private var itemCollectionMetrics: String?

    /// Reads one of the two members; false for any other, which is then unread.
    mutating func read(
        _ name: JSONString, from reader: inout JSONReader
    ) throws(WireError) -> Bool {
        switch name {
        case "ReturnConsumedCapacity": consumedCapacity = try reader.readOptionalString()
        case "ReturnItemCollectionMetrics":
            itemCollectionMetrics = try reader.readOptionalString()
        default: return false
        }
        return true
    }

    func check(_ checks: inout MemberChecks) -> (capacity: CapacityReport, metrics: Bool) {
        let capacity = checks.choice(
            consumedCapacity, of: .returnConsumedCapacity, at: "returnConsumedCapacity")
        let metrics = checks.choice(
            itemCollectionMetrics, of: .returnItemCollectionMetrics,
            at: "returnItemCollectionMetrics")
        return (capacity ?? .none, metrics ?? false)
    }
}
