// Order: docs/operations/CreateGlobalTable.md.

internal import MartletCatalog
package import MartletEngine

extension CreateGlobalTable: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<CreateGlobalTable> {
        var global: String?
        var replicas: EntryMembers?
        try readBody(body) { reader, progress throws(WireError) in
            while let name = try reader.nextMember(&progress) {
                switch name {
                case "GlobalTableName": global = try reader.readOptionalString()
                case "ReplicationGroup":
                    replicas = try EntryMembers(
                        named: "RegionName", of: "Replica", from: &reader)
                default: try reader.skipValue()
                }
            }
        }
        let name = try checkedGlobalTableName(global)
        var checks = MemberChecks()
        checks.require(replicas != nil, at: "replicationGroup")
        try checks.check()
        return DecodedRequest(CreateGlobalTable(name: name))
    }

    package static func encode(
        _ output: Never, for request: DecodedRequest<CreateGlobalTable>,
        into writer: inout JSONWriter
    ) {}
}
