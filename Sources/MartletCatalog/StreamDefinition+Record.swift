// A stream as an item, stored as an item record, as tables are:
//
//   format N 1 · table S · label S · tableID N · uuid S · view S · created N · disabled N?
//   attributes L of { name S, type S }, hash L of S, range L of S    the table's key
//   horizon N · shards L of { first N, last N?, created N, closed N? }
//
// Times are seconds since 1970. A record of another format, or with a member that is not listed, is
// refused. Spec: docs/format/streams.md.

package import MartletEncoding
package import MartletModel

extension StreamDefinition {
    private static let format = 1

    package var storedItem: Item {
        var item: Item = [
            "format": .count(Self.format),
            "table": .text(table.description),
            "label": .text(label),
            "tableID": .count(Int(tableID)),
            "uuid": .text(tableUUID),
            "view": .text(viewType.rawValue),
            "created": .time(created),
            "attributes": .list(
                key.attributes.map { attribute in
                    .map(["name": .string(attribute.name), "type": .text(attribute.type.rawValue)])
                }),
            "hash": .names(key.hash),
            "range": .names(key.range),
            "horizon": .count(Int(horizon)),
            "shards": .list(shards.map(\.storedValue)),
        ]
        item["disabled"] = disabled.map(AttributeValue.time)
        return item
    }

    package var record: ItemRecord { ItemRecord(storedItem) }

    package init(record: ItemRecord) throws(CorruptRecord) {
        var reader = DefinitionReader(record.item, "stream")
        guard try reader.integer("format") == Self.format else {
            throw CorruptRecord("stream: unknown format")
        }
        var definitions: [KeyAttribute] = []
        for element in try reader.list("attributes") {
            var attribute = try DefinitionReader(element, "attribute")
            definitions.append(
                KeyAttribute(
                    name: Text(try attribute.text("name")), type: try attribute.choice("type")))
            try attribute.finish()
        }
        var shards: [Shard] = []
        for element in try reader.list("shards") { shards.append(try Shard(stored: element)) }
        let name = try reader.text("table")
        guard TableName.isValid(name), let created = try reader.time("created") else {
            throw CorruptRecord("stream: member table or created")
        }
        self.init(
            table: TableName(name), label: try reader.text("label"),
            tableID: try reader.id("tableID"), tableUUID: try reader.text("uuid"),
            viewType: try reader.choice("view"),
            key: try KeySchema(stored: &reader, definitions), created: created,
            disabled: try reader.time("disabled"), horizon: try reader.sequence("horizon"),
            shards: shards)
        try reader.finish()
    }
}

extension StreamDefinition.Shard {
    fileprivate var storedValue: AttributeValue {
        var members: AttributeMap = ["first": .count(Int(first)), "created": .time(created)]
        members["last"] = last.map { .count(Int($0)) }
        members["closed"] = closed.map(AttributeValue.time)
        return .map(members)
    }

    fileprivate init(stored value: AttributeValue) throws(CorruptRecord) {
        var reader = try DefinitionReader(value, "shard")
        let last = try reader.optionalInteger("last")
        guard let created = try reader.time("created"), last.map({ $0 >= 0 }) ?? true else {
            throw CorruptRecord("shard: member created or last")
        }
        self.init(
            first: try reader.sequence("first"), last: last.map { UInt64($0) }, created: created,
            closed: try reader.time("closed"))
        try reader.finish()
    }
}

extension DefinitionReader {
    fileprivate mutating func sequence(_ name: Text) throws(CorruptRecord) -> UInt64 {
        guard let sequence = UInt64(exactly: try integer(name)) else {
            throw CorruptRecord("stream: member \(name)")
        }
        return sequence
    }
}
