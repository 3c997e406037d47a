import MartletCatalog
import MartletModel

/// Requests that stand for a whole one, so that a test says only what matters to it.
enum Requests {
    static let now = Timestamp(secondsSince1970: 1_700_000_000.25)

    static func attributes(_ names: String...) -> [KeyAttribute] {
        names.map { KeyAttribute(name: Text($0), type: .string) }
    }

    /// `"pk"`, or `"pk", "sk"`.
    static func key(_ names: String...) -> [KeySchemaElement] {
        names.enumerated().map { place, name in
            KeySchemaElement(name: Text(name), role: place == 0 ? .hash : .range)
        }
    }

    static func element(_ name: String, _ role: KeySchemaElement.Role) -> KeySchemaElement {
        KeySchemaElement(name: Text(name), role: role)
    }

    static func index(
        _ name: String, _ key: [KeySchemaElement],
        _ projection: ProjectionRequest = ProjectionRequest(kind: .all),
        provisioned: CapacityUnits? = nil, onDemand: PartialUnits? = nil, warm: PartialUnits? = nil
    ) -> IndexRequest {
        IndexRequest(
            name: Text(name), keySchema: key, projection: projection, provisioned: provisioned,
            onDemand: onDemand, warm: warm)
    }

    /// A table with key (pk, sk), billed by request.
    static func table(
        _ change: (inout TableRequest) -> Void = { _ in }
    ) -> TableRequest {
        var request = TableRequest(
            name: "Music", attributeDefinitions: attributes("pk", "sk"), keySchema: key("pk", "sk"),
            billing: .payPerRequest)
        change(&request)
        return request
    }

    static func definition(
        _ change: (inout TableRequest) -> Void = { _ in }
    ) throws(ValidationError) -> TableDefinition {
        var nextID: UInt32 = 10
        return try TableDefinition(creating: table(change), id: 7, uuid: "uuid", now: now) {
            defer { nextID += 1 }
            return nextID
        }
    }

    /// A table with the local index `byTitle` and the global one `byYear`, billed by request.
    static func indexed(
        _ change: (inout TableRequest) -> Void = { _ in }
    ) -> TableDefinition {
        try! definition { request in
            request.attributeDefinitions =
                attributes("pk", "sk", "title") + [KeyAttribute(name: "year", type: .number)]
            request.localIndexes = [index("byTitle", key("pk", "title"))]
            request.globalIndexes = [
                index("byYear", key("year"), ProjectionRequest(kind: .keysOnly))
            ]
            change(&request)
        }
    }

    static let five = CapacityUnits(read: 5, write: 5)

    /// `indexed`, with five units for the table and for its index.
    static func provisioned() -> TableDefinition {
        indexed { request in
            request.billing = .provisioned
            request.provisioned = five
            request.globalIndexes![0].provisioned = five
        }
    }

    /// The message with which creating is refused; nil when it is not.
    static func refusal(_ change: (inout TableRequest) -> Void) -> String? {
        do throws(ValidationError) {
            _ = try definition(change)
            return nil
        } catch {
            return error.message
        }
    }
}
