internal import MartletCatalog

/// Tags as they were sent: `[{"Key": …, "Value": …}]`.
struct TagMembers {
    var elements: [(key: String?, value: String?)] = []

    static func read(from reader: inout JSONReader) throws(WireError) -> TagMembers? {
        guard var list = try reader.beginList() else { return nil }
        var tags = TagMembers()
        while try reader.nextElement(&list) {
            var tag: (key: String?, value: String?) = (nil, nil)
            if var progress = try reader.beginStructure("Tag", isEntry: true) {
                while let name = try reader.nextMember(&progress) {
                    switch name {
                    case "Key": tag.key = try reader.readOptionalString()
                    case "Value": tag.value = try reader.readOptionalString()
                    default: try reader.skipValue()
                    }
                }
            }
            tags.elements.append(tag)
        }
        return tags
    }

    func check(_ checks: inout MemberChecks) -> [ResourceTag] {
        var checked: [ResourceTag] = []
        for (position, tag) in elements.enumerated() {
            checks.require(tag.key != nil, at: "tags.\(position + 1).member.key")
            checks.require(tag.value != nil, at: "tags.\(position + 1).member.value")
            checked.append(ResourceTag(key: tag.key ?? "", value: tag.value ?? ""))
        }
        return checked
    }
}
