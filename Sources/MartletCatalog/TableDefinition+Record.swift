// A table's definition as an item, which the catalogue stores as an item record: attributes are
// named, so that a dump of the catalogue can be read, and a format can grow.
//
//   format N 1 to 4 · name S · id N · uuid S · created N
//   attributes L of { name S, type S }                 in the order of their declaration
//   hash L of S, range L of S                          key attribute names
//   indexes L of { name S, id N, kind S, hash L, range L, projection S, include L?, status S,
//                  throughput M? }
//   vectors L of vector indexes, not in format 1 (`VectorIndexDefinition+Record.swift`)
//   billing S · switched N? · throughput { read N, write N, increased N?, decreased N?,
//                  maxRead N?, maxWrite N?, warmRead N?, warmWrite N? }
//   class S · classChanged N? · protected BOOL · stream { view S, label S }?
//   key S? · expiry S? · tags L of { key S, value S } · policy S?
//   attached M, from format 3 on (`AttachedSettings+Record.swift`)
//   recovery M { since N, days N }?, restored M { backup S?, table S, time N, underway BOOL }?,
//                  format 4 only (`RecoverySettings.swift`)
//
// Times are seconds since 1970. A table is written in the oldest format that can say what it has. A
// record of another format, or with a member that is not listed, is refused: rewriting it would
// lose what it says.
// Spec: docs/format/catalog.md.

package import MartletEncoding
package import MartletModel

extension TableDefinition {
    /// What a table needs that has no vector index; one that has; one with attached settings; one
    /// that can be restored, or was.
    private static let formats = (plain: 1, vectors: 2, attached: 3, restored: 4)

    private var format: Int {
        if recovery != nil || restored != nil { return Self.formats.restored }
        if !attached.isEmpty { return Self.formats.attached }
        return vectorIndexes.isEmpty ? Self.formats.plain : Self.formats.vectors
    }

    /// The definition as an item.
    package var storedItem: Item {
        var item: Item = [
            "format": .count(format),
            "name": .text(name.description),
            "id": .number(DecimalNumber(Int(id))),
            "uuid": .text(uuid),
            "created": .time(created),
            "attributes": .list(
                attributeDefinitions.map { attribute in
                    .map(["name": .string(attribute.name), "type": .text(attribute.type.rawValue)])
                }),
            "hash": .names(key.hash),
            "range": .names(key.range),
            "indexes": .list(indexes.map(\.storedValue)),
            "billing": .text(billing.rawValue),
            "throughput": throughput.storedValue,
            "class": .text(tableClass.rawValue),
            "protected": .bool(isDeletionProtected),
            "tags": .list(
                tags.map { .map(["key": .text($0.key), "value": .text($0.value)]) }),
        ]
        if format > Self.formats.plain {
            item["vectors"] = .list(vectorIndexes.map(\.storedValue))
        }
        if format >= Self.formats.attached { item["attached"] = attached.storedValue }
        item["recovery"] = recovery?.storedValue
        item["restored"] = restored?.storedValue
        item["switched"] = lastSwitchToPayPerRequest.map(AttributeValue.time)
        item["classChanged"] = lastTableClassUpdate.map(AttributeValue.time)
        item["stream"] = stream.map {
            .map(["view": .text($0.viewType.rawValue), "label": .text($0.label)])
        }
        item["key"] = encryption.map { .text($0.keyARN) }
        item["expiry"] = timeToLiveAttribute.map(AttributeValue.string)
        item["policy"] = resourcePolicy.map(AttributeValue.text)
        return item
    }

    /// The value under the table's catalogue key.
    package var record: ItemRecord { ItemRecord(storedItem) }

    package init(record: ItemRecord) throws(CorruptRecord) {
        try self.init(storedItem: record.item)
    }

    package init(storedItem item: Item) throws(CorruptRecord) {
        var reader = DefinitionReader(item, "table")
        let format = try reader.integer("format")
        guard (Self.formats.plain...Self.formats.restored).contains(format) else {
            throw CorruptRecord("table: format \(format)")
        }
        var definitions: [KeyAttribute] = []
        for element in try reader.list("attributes") {
            var attribute = try DefinitionReader(element, "attribute")
            definitions.append(
                KeyAttribute(
                    name: Text(try attribute.text("name")), type: try attribute.choice("type")))
            try attribute.finish()
        }
        var indexes: [IndexDefinition] = []
        for element in try reader.list("indexes") {
            indexes.append(try IndexDefinition(stored: element, definitions))
        }
        var vectorIndexes: [VectorIndexDefinition] = []
        if format > Self.formats.plain {
            for element in try reader.list("vectors") {
                vectorIndexes.append(try VectorIndexDefinition(stored: element, definitions))
            }
        }
        var attached = AttachedSettings()
        if format >= Self.formats.attached {
            guard let value = reader.take("attached") else {
                throw CorruptRecord("table: member attached")
            }
            attached = try AttachedSettings(stored: value)
        }
        var recovery: RecoverySettings?
        var restored: RestoreOrigin?
        if format == Self.formats.restored {
            recovery = try reader.take("recovery").map(RecoverySettings.init(stored:))
            restored = try reader.take("restored").map(RestoreOrigin.init(stored:))
            guard recovery != nil || restored != nil else {
                throw CorruptRecord("table: members recovery and restored")
            }
        }
        var tags: [ResourceTag] = []
        for element in try reader.list("tags") {
            var tag = try DefinitionReader(element, "tag")
            tags.append(ResourceTag(key: try tag.text("key"), value: try tag.text("value")))
            try tag.finish()
        }
        var stream: StreamSettings?
        if let value = reader.take("stream") {
            var settings = try DefinitionReader(value, "stream")
            stream = StreamSettings(
                viewType: try settings.choice("view"), label: try settings.text("label"))
            try settings.finish()
        }
        let name = try reader.text("name")
        guard TableName.isValid(name) else { throw CorruptRecord("table: member name") }
        guard let created = try reader.time("created") else {
            throw CorruptRecord("table: member created")
        }
        self.init(
            name: TableName(name), id: try reader.id("id"), uuid: try reader.text("uuid"),
            created: created, attributeDefinitions: definitions,
            key: try KeySchema(stored: &reader, definitions), indexes: indexes,
            vectorIndexes: vectorIndexes, billing: try reader.choice("billing"),
            lastSwitchToPayPerRequest: try reader.time("switched"),
            throughput: try ThroughputSettings(stored: reader.take("throughput")),
            tableClass: try reader.choice("class"),
            lastTableClassUpdate: try reader.time("classChanged"),
            isDeletionProtected: try reader.flag("protected"), stream: stream,
            encryption: try reader.optionalText("key").map(EncryptionSettings.init),
            timeToLiveAttribute: try reader.optionalText("expiry").map { Text($0) },
            tags: tags, resourcePolicy: try reader.optionalText("policy"),
            attached: attached, recovery: recovery, restored: restored)
        try reader.finish()
    }
}

extension AttributeValue {
    static func text(_ text: String) -> AttributeValue { .string(Text(text)) }

    static func count(_ count: Int) -> AttributeValue { .number(DecimalNumber(count)) }

    static func names(_ attributes: [KeyAttribute]) -> AttributeValue {
        .list(attributes.map { .string($0.name) })
    }

    /// The shortest decimal that reads back as the same binary number.
    static func time(_ time: Timestamp) -> AttributeValue {
        do throws(DecimalNumber.Failure) {
            return .number(try DecimalNumber(parsing: "\(time.secondsSince1970)"))
        } catch {
            preconditionFailure("a time is a finite number of seconds")
        }
    }
}

extension IndexDefinition {
    fileprivate var storedValue: AttributeValue {
        var members: AttributeMap = [
            "name": .string(name), "id": .count(Int(id)), "kind": .text(kind.rawValue),
            "hash": .names(key.hash), "range": .names(key.range), "status": .text(status.rawValue),
        ]
        projection.store(in: &members)
        members["throughput"] = throughput?.storedValue
        return .map(members)
    }

    fileprivate init(
        stored value: AttributeValue, _ definitions: [KeyAttribute]
    ) throws(CorruptRecord) {
        var reader = try DefinitionReader(value, "index")
        let projection = try Projection(stored: &reader)
        self.init(
            name: Text(try reader.text("name")), id: try reader.id("id"),
            kind: try reader.choice("kind"), key: try KeySchema(stored: &reader, definitions),
            projection: projection, status: try reader.choice("status"))
        if let stored = reader.take("throughput") {
            throughput = try ThroughputSettings(stored: stored)
        }
        try reader.finish()
    }
}

extension Projection {
    func store(in members: inout AttributeMap) {
        switch self {
        case .all: members["projection"] = .text("ALL")
        case .keysOnly: members["projection"] = .text("KEYS_ONLY")
        case .include(let names):
            members["projection"] = .text("INCLUDE")
            members["include"] = .list(names.map(AttributeValue.string))
        }
    }

    init(stored reader: inout DefinitionReader) throws(CorruptRecord) {
        self =
            switch try reader.choice("projection", ProjectionRequest.Kind.self) {
            case .all: .all
            case .keysOnly: .keysOnly
            case .include: .include(try reader.texts("include"))
            }
    }
}

extension KeySchema {
    init(
        stored reader: inout DefinitionReader, _ definitions: [KeyAttribute]
    ) throws(CorruptRecord) {
        let hash = try definitions.named(reader.texts("hash"))
        let range = try definitions.named(reader.texts("range"))
        guard !hash.isEmpty else { throw CorruptRecord("key: no hash attribute") }
        self.init(hash: hash, range: range)
    }

}

extension [KeyAttribute] {
    /// These definitions' attributes of the given names.
    func named(_ names: [Text]) throws(CorruptRecord) -> [KeyAttribute] {
        var attributes: [KeyAttribute] = []
        for name in names {
            guard let definition = first(where: { $0.name == name }) else {
                throw CorruptRecord("key: attribute without a definition")
            }
            attributes.append(definition)
        }
        return attributes
    }
}

extension ThroughputSettings {
    fileprivate var storedValue: AttributeValue {
        var members: AttributeMap = [
            "read": .count(provisioned.read), "write": .count(provisioned.write),
        ]
        members["increased"] = lastIncrease.map(AttributeValue.time)
        members["decreased"] = lastDecrease.map(AttributeValue.time)
        members["maxRead"] = onDemand.map { .count($0.read) }
        members["maxWrite"] = onDemand.map { .count($0.write) }
        members["warmRead"] = warm.map { .count($0.read) }
        members["warmWrite"] = warm.map { .count($0.write) }
        return .map(members)
    }

    fileprivate init(stored value: AttributeValue?) throws(CorruptRecord) {
        var reader = try DefinitionReader(value ?? .null, "throughput")
        self.init(
            provisioned: CapacityUnits(
                read: try reader.integer("read"), write: try reader.integer("write")),
            lastIncrease: try reader.time("increased"), lastDecrease: try reader.time("decreased"),
            onDemand: try Self.pair(&reader, "maxRead", "maxWrite"),
            warm: try Self.pair(&reader, "warmRead", "warmWrite"))
        try reader.finish()
    }

    /// Two members that are there together or not at all.
    private static func pair(
        _ reader: inout DefinitionReader, _ read: Text, _ write: Text
    ) throws(CorruptRecord) -> CapacityUnits? {
        guard let reads = try reader.optionalInteger(read) else { return nil }
        return CapacityUnits(read: reads, write: try reader.integer(write))
    }
}
