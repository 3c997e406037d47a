// Where items and their index rows are stored. These run for every write and read, so they build
// one array and nothing else; values are trusted to have passed `primaryKey` and `checkIndexKeys`.

package import MartletEncoding
package import MartletModel

extension PrimaryKey {
    /// The key of an item's row in the table with this id.
    package func rowKey(inTable id: UInt32) -> [UInt8] {
        var row = OrderedKey.beginPartition(.item, id)
        OrderedKey.append(hash, to: &row)
        OrderedKey.sealPartition(&row)
        if let range { OrderedKey.append(range, to: &row) }
        return row
    }
}

extension TableDefinition {
    /// The key of an item's row.
    package func rowKey(_ key: PrimaryKey) -> [UInt8] { key.rowKey(inTable: id) }

    /// The attributes of the key that a row has; nil when it is no key of this table's items.
    package func keyAttributes(ofRow row: [UInt8]) -> Item? {
        var reader = KeyReader(row)
        var item = Item()
        for attribute in key.attributes {
            let value: AttributeValue? =
                switch attribute.type {
                case .string: reader.text()
                case .number: reader.number()
                case .binary: reader.binary()
                }
            guard let value else { return nil }
            item[attribute.name] = value
        }
        return reader.isAtEnd ? item : nil
    }

    /// What the row keys of all items with this hash value begin with.
    package func partitionPrefix(_ hash: AttributeValue) -> [UInt8] {
        rowKey(PrimaryKey(hash: hash))
    }

    /// The key of an item's row in an index; nil when the item is not in the index.
    /// - Precondition: `item` has the table's key.
    package func indexRowKey(_ index: IndexDefinition, of item: some AttributeSource) -> [UInt8]? {
        var row = OrderedKey.beginPartition(.indexRow, index.id)
        for attribute in index.key.hash {
            guard let value = item.value(named: attribute.name),
                attribute.admits(value, atMost: Limits.hashKeyBytes)
            else { return nil }
            OrderedKey.append(value, to: &row)
        }
        OrderedKey.sealPartition(&row)
        for attribute in index.key.range {
            guard let value = item.value(named: attribute.name),
                attribute.admits(value, atMost: Limits.sortKeyBytes)
            else { return nil }
            OrderedKey.append(value, to: &row)
        }
        for attribute in key.hash {
            OrderedKey.append(item.value(named: attribute.name)!, to: &row)
        }
        for attribute in key.range {
            OrderedKey.append(item.value(named: attribute.name)!, to: &row)
        }
        return row
    }

    /// The key of an index row from its parts, as a query continues: index key values, hash before
    /// range, then the table's key.
    package func indexRowKey(
        _ index: IndexDefinition, _ values: [AttributeValue], _ key: PrimaryKey
    ) -> [UInt8] {
        var row = OrderedKey.beginPartition(.indexRow, index.id)
        for value in values.prefix(index.key.hash.count) { OrderedKey.append(value, to: &row) }
        OrderedKey.sealPartition(&row)
        for value in values.dropFirst(index.key.hash.count) { OrderedKey.append(value, to: &row) }
        OrderedKey.append(key.hash, to: &row)
        if let range = key.range { OrderedKey.append(range, to: &row) }
        return row
    }

    /// The part of an item that an index holds: the table's key, the index's and what it projects.
    /// - Complexity: O(attributes × projected names); returns `item` itself when all is projected.
    package func projectedItem(for index: IndexDefinition, of item: Item) -> Item {
        guard index.projection != .all else { return item }
        var projected = Item(minimumCapacity: min(item.count, projectedNames(of: index)))
        item.entries.withUnsafeBufferPointer { entries in
            for entry in 0..<entries.count where projects(entries[entry].name, index) {
                projected.append(entries[entry].name, entries[entry].value)
            }
        }
        return projected
    }

    /// `projectedItem` from record to record: attributes are copied, not decoded.
    package func projectedRecord(for index: IndexDefinition, of record: ItemRecord) -> ItemRecord {
        guard index.projection != .all else { return record }
        return record.projected { select in
            for attribute in key.hash { select(attribute.name) }
            for attribute in key.range { select(attribute.name) }
            for attribute in index.key.hash { select(attribute.name) }
            for attribute in index.key.range { select(attribute.name) }
            if case .include(let names) = index.projection {
                for name in names { select(name) }
            }
        }
    }

    /// The record of what a vector index holds of an item, its vector included.
    package func projectedRecord(
        for index: VectorIndexDefinition, of record: ItemRecord
    ) -> ItemRecord {
        guard index.projection != .all else { return record }
        return record.projected { select in
            for attribute in key.hash { select(attribute.name) }
            for attribute in key.range { select(attribute.name) }
            select(index.attribute)
            if let hash = index.hash { select(hash.name) }
            for attribute in index.filters { select(attribute.name) }
            if case .include(let names) = index.projection {
                for name in names { select(name) }
            }
        }
    }

    /// Whether an index holds the attribute.
    package func projects(_ name: Text, _ index: IndexDefinition) -> Bool {
        switch index.projection {
        case .all: true
        case .keysOnly: key.contains(name) || index.key.contains(name)
        case .include(let names):
            names.contains(name) || key.contains(name) || index.key.contains(name)
        }
    }

    private func projectedNames(of index: IndexDefinition) -> Int {
        2 + index.key.hash.count + index.key.range.count + index.projection.includedCount
    }
}
