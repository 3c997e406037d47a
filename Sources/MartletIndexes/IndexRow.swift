package import MartletCatalog
package import MartletEncoding
internal import MartletModel

/// A row of a secondary index: the index's key and the table's, and the projected attributes.
package struct IndexRow: Sendable {
    package let key: [UInt8]
    package let record: ItemRecord

    /// The row of an item, or nil when the item lacks a key attribute of the index. An index that
    /// projects everything stores the item's own record.
    package init?(of item: ItemRecord, in index: IndexDefinition, of table: TableDefinition) {
        guard let key = table.indexRowKey(index, of: item) else { return nil }
        self.key = key
        record =
            index.projection == .all
            ? item : table.projectedRecord(for: index, of: item)
    }
}

/// What an index has to do about a changed item.
package enum IndexChange: Sendable {
    /// The index's view of the item is the same, or it has none.
    case none
    case insert(IndexRow)
    case remove(IndexRow)
    case replace(old: IndexRow, new: IndexRow)
    /// The key changed: the old row goes, a new one comes.
    case move(old: IndexRow, new: IndexRow)

    package init(from old: IndexRow?, to new: IndexRow?) {
        self =
            switch (old, new) {
            case (nil, nil): .none
            case (nil, let new?): .insert(new)
            case (let old?, nil): .remove(old)
            case (let old?, let new?):
                if old.key != new.key {
                    .move(old: old, new: new)
                } else if old.record == new.record {
                    .none
                } else {
                    .replace(old: old, new: new)
                }
            }
    }
}
