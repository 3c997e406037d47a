// What requests about global tables share. All of them are refused for what they ask; what counts
// is which refusal comes first.

internal import MartletCatalog
internal import MartletModel

/// The name of a global table: as a table's, but never an ARN.
func checkedGlobalTableName(_ name: String?) throws(WireError) -> TableName {
    guard let name, name.hasPrefix("arn:") else { return try checkedTableName(name) }
    var checks = MemberChecks()
    checks.namePattern(name, at: "globalTableName")
    try checks.check()
    return TableName(name)
}

/// Reads a request that consists of a global table's name.
func readGlobalTableName(_ body: UnsafeBufferPointer<UInt8>) throws(WireError) -> TableName {
    try checkedGlobalTableName(
        try readBody(body) { reader, progress throws(WireError) in
            var name: String?
            while let member = try reader.nextMember(&progress) {
                switch member {
                case "GlobalTableName": name = try reader.readOptionalString()
                default: try reader.skipValue()
                }
            }
            return name
        })
}

/// A list of structures, of which only a name is read.
struct EntryMembers {
    var names: [String?] = []

    /// nil for null.
    init?(
        named member: StaticString, of structure: StaticString, from reader: inout JSONReader
    ) throws(WireError) {
        guard var list = try reader.beginList() else { return nil }
        while try reader.nextElement(&list) {
            var found: String?
            if var progress = try reader.beginStructure(structure, isEntry: true) {
                while let name = try reader.nextMember(&progress) {
                    if name.equals(member) {
                        found = try reader.readOptionalString()
                    } else {
                        try reader.skipValue()
                    }
                }
            }
            names.append(found)
        }
    }

    func checkLength(_ checks: inout MemberChecks, in range: ClosedRange<Int>, at path: String) {
        checks.length(names.count, of: "[]", in: range, at: path)
    }

    func requireNames(_ checks: inout MemberChecks, as member: String, at path: String) {
        for (position, name) in names.enumerated() {
            checks.require(name != nil, at: "\(path).\(position + 1).member.\(member)")
        }
    }
}

extension JSONReader {
    /// The region of an action: nil for null, and in it nil when the action names none.
    mutating func readRegion(of structure: StaticString) throws(WireError) -> String?? {
        guard var progress = try beginStructure(structure) else { return nil }
        var region: String?
        while let name = try nextMember(&progress) {
            switch name {
            case "RegionName": region = try readOptionalString()
            default: try skipValue()
            }
        }
        return .some(region)
    }
}
