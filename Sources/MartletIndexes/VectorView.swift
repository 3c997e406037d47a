// How an item stands to a vector index. An index has no rows in the store: its view of an item is
// made from the item, and what the journal tells of are changes of that view's entry.
//
// The service bills a vector as four bytes a dimension, not as the list of numbers that it is.

package import MartletCatalog
package import MartletEncoding
internal import MartletModel

package struct VectorView: Sendable {
    package static let bytesPerDimension = 4

    /// By how much the list of numbers exceeds what is billed for it; nil when the attribute holds
    /// no vector of the index's dimensions.
    package let savedBytes: Int?
    /// nil when the item is not in the index.
    package let row: VectorRow?

    package init(
        of item: ItemRecord, in index: VectorIndexDefinition, of table: TableDefinition
    ) {
        guard let list = item.vector(named: index.attribute, dimensions: index.dimensions) else {
            savedBytes = nil
            row = nil
            return
        }
        let saved = list.sizeBytes - Self.bytesPerDimension * index.dimensions
        savedBytes = saved
        row = VectorEntry(vector: list.elements, of: item, in: index).map { entry in
            let record = table.projectedRecord(for: index, of: item)
            return VectorRow(
                entry: entry, record: record, sizeBytes: record.sizeBytes - saved)
        }
    }
}

/// What a vector index holds of an item.
package struct VectorRow: Sendable {
    package let entry: VectorEntry
    /// The projected attributes, the vector among them.
    package let record: ItemRecord
    /// As billed.
    package let sizeBytes: Int
}

extension [VectorView] {
    /// What is billed less for an item than it has. A vector that several indexes share counts once.
    ///
    /// - Parameter indexes: those of the views, in their order.
    package func savedBytes(_ indexes: [VectorIndexDefinition]) -> Int {
        var total = 0
        for position in indices {
            guard let saved = self[position].savedBytes else { continue }
            let attribute = indexes[position].attribute
            if !indexes[..<position].contains(where: { $0.attribute == attribute }) {
                total += saved
            }
        }
        return total
    }
}

/// What a vector index has to do about a changed item.
package enum VectorRowChange: Sendable {
    /// The view is the same, or there is none.
    case none
    case remove(VectorRow)
    /// - `old`: nil for an item that the index did not hold.
    /// - `movesEntry`: whether searches would notice, or only what they show of the item.
    case put(old: VectorRow?, new: VectorRow, movesEntry: Bool)

    package init(from old: VectorRow?, to new: VectorRow?) {
        self =
            switch (old, new) {
            case (nil, nil): .none
            case (let old?, nil): .remove(old)
            case (nil, let new?): .put(old: nil, new: new, movesEntry: true)
            case (let old?, let new?):
                old.record == new.record
                    ? .none : .put(old: old, new: new, movesEntry: old.entry != new.entry)
            }
    }
}
