// What CreateTable has to be told to make a table like one that is described: the members of the
// description that say what the table is, and none of those that say how it is doing.
//
// Left out: warm throughput, replicas, encryption with a key of the account, recovery, policies.
// Stream and deletion protection come when the items are there (`TableSettings`).

internal import MartletClient
internal import MartletWire

struct TableBlueprint {
    private typealias Members = [(name: String, value: JSONTree)]

    /// The body of CreateTable.
    let creation: [UInt8]
    /// To be sent one after the other.
    let updates: [Update]

    /// An UpdateTable.
    struct Update {
        var body: [UInt8]
        /// The member of a description that it changes, and the flag within, if it has one.
        fileprivate var member: String
        fileprivate var flag: String?

        /// Whether a table has it already.
        func isMade(in table: JSONTree) -> Bool {
            let value = flag.map { table[member]?[$0] } ?? table[member]
            if case .bool(true)? = value { return true }
            return false
        }
    }

    init(_ table: JSONTree, tags: [String: String]) {
        var members = Self.picked(
            ["TableName", "AttributeDefinitions", "KeySchema"], of: table)
        let isOnDemand = table["BillingModeSummary"]?["BillingMode"]?.string == "PAY_PER_REQUEST"
        members.append(("BillingMode", .string(isOnDemand ? "PAY_PER_REQUEST" : "PROVISIONED")))
        members += Self.throughput(of: table, isOnDemand: isOnDemand)
        if let tableClass = table["TableClassSummary"]?["TableClass"] {
            members.append(("TableClass", tableClass))
        }
        for (list, names) in Self.indexMembers {
            let indexes = (table[list]?.elements ?? []).map { index in
                var members = Self.picked(names, of: index)
                if list == "GlobalSecondaryIndexes" {
                    members += Self.throughput(of: index, isOnDemand: isOnDemand)
                }
                return JSONTree.object(members)
            }
            if !indexes.isEmpty { members.append((list, .array(indexes))) }
        }
        if !tags.isEmpty {
            let list = tags.sorted { $0.key < $1.key }.map { key, value in
                JSONTree.object([("Key", .string(key)), ("Value", .string(value))])
            }
            members.append(("Tags", .array(list)))
        }
        creation = Self.bytes(members)

        let name = Self.picked(["TableName"], of: table)
        var updates: [Update] = []
        func isSet(_ value: JSONTree?) -> Bool {
            if case .bool(true)? = value { true } else { false }
        }
        if let stream = table["StreamSpecification"], isSet(stream["StreamEnabled"]) {
            updates.append(
                Update(
                    body: Self.bytes(name + [("StreamSpecification", stream)]),
                    member: "StreamSpecification", flag: "StreamEnabled"))
        }
        if isSet(table["DeletionProtectionEnabled"]) {
            updates.append(
                Update(
                    body: Self.bytes(name + [("DeletionProtectionEnabled", .bool(true))]),
                    member: "DeletionProtectionEnabled"))
        }
        self.updates = updates
    }

    private static let indexMembers = [
        ("LocalSecondaryIndexes", ["IndexName", "KeySchema", "Projection"]),
        ("GlobalSecondaryIndexes", ["IndexName", "KeySchema", "Projection"]),
        (
            "VectorIndexes",
            [
                "IndexName", "VectorAttribute", "Dimensions", "DistanceFunction", "SearchSchema",
                "Projection",
            ]
        ),
    ]

    private static func picked(_ names: [String], of tree: JSONTree) -> Members {
        names.compactMap { name in tree[name].map { (name, $0) } }
    }

    private static func throughput(of tree: JSONTree, isOnDemand: Bool) -> Members {
        guard isOnDemand else {
            let units = ["ReadCapacityUnits", "WriteCapacityUnits"]
            let numbers = tree["ProvisionedThroughput"].map { picked(units, of: $0) } ?? []
            return [("ProvisionedThroughput", .object(numbers))]
        }
        return picked(["OnDemandThroughput"], of: tree)
    }

    private static func bytes(_ members: Members) -> [UInt8] {
        var writer = JSONWriter()
        JSONTree.object(members).write(to: &writer)
        return writer.bytes
    }
}
