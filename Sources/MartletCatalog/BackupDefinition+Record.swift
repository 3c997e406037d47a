// A backup as an item record, under its id:
//
//   key    0x0A · id (4, big-endian)
//   value  format N 1 · id N · rows N (id of the items) · name S · label S
//          kind S (USER, SYSTEM) · status S (CREATING, AVAILABLE) · created N · expires N?
//          count N · size N · table M (a table's definition, `TableDefinition+Record.swift`)
//
// A record of another format, or with a member that is not listed, is refused.
// Spec: docs/format/catalog.md.

package import MartletEncoding
internal import MartletModel

extension BackupDefinition {
    private static let format = 1

    /// What the keys of all backups begin with.
    package static let keys: [UInt8] = [KeySpace.backup.rawValue]

    package var recordKey: [UInt8] { OrderedKey.tablePrefix(.backup, id) }

    package var record: ItemRecord {
        var item: Item = [
            "format": .count(Self.format), "id": .count(Int(id)), "rows": .count(Int(rowsID)),
            "name": .text(name), "label": .text(label), "kind": .text(kind.rawValue),
            "status": .text(status.rawValue), "created": .time(created),
            "count": .count(itemCount), "size": .count(sizeBytes),
            "table": .map(table.storedItem),
        ]
        item["expires"] = expires.map(AttributeValue.time)
        return ItemRecord(item)
    }

    package init(record: ItemRecord) throws(CorruptRecord) {
        var reader = DefinitionReader(record.item, "backup")
        let format = try reader.integer("format")
        guard format == Self.format else { throw CorruptRecord("backup: format \(format)") }
        guard let created = try reader.time("created"),
            case .map(let table)? = reader.take("table")
        else { throw CorruptRecord("backup: members") }
        self.init(
            id: try reader.id("id"), rowsID: try reader.id("rows"), name: try reader.text("name"),
            label: try reader.text("label"), kind: try reader.choice("kind"),
            status: try reader.choice("status"), created: created,
            expires: try reader.time("expires"), itemCount: try reader.integer("count"),
            sizeBytes: try reader.integer("size"), table: try TableDefinition(storedItem: table))
        try reader.finish()
    }
}
