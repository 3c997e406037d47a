// What searches of a vector index show of an item. The index keeps no copy of it: its view is made
// from the item as it is when the search answers.

internal import MartletCatalog
internal import MartletEncoding
internal import MartletExpressions
internal import MartletIndexes
internal import MartletModel

struct VectorIndexView: AttributeSource {
    let record: ItemRecord
    let table: TableDefinition
    let index: VectorIndexDefinition
    /// The item's vector as the index has it.
    let vector: [Float]

    /// nil when the item is not in the index, or does not have what a search asks of the search
    /// schema's attributes.
    init?(
        of record: ItemRecord, in index: VectorIndexDefinition, of table: TableDefinition,
        having values: [AttributeValue?]
    ) {
        guard let entry = VectorEntry(of: record, in: index), entry.has(values) else { return nil }
        self.record = record
        self.table = table
        self.index = index
        vector = entry.vector
    }

    /// What the index holds beside the vector, which answers leave out unless they are asked for it.
    var attributes: ItemRecord {
        guard index.projection != .all else { return record.removing(index.attribute) }
        return record.projected { select in
            for attribute in table.key.attributes { select(attribute.name) }
            for attribute in index.schema { select(attribute.name) }
            if case .include(let names) = index.projection {
                for name in names where name != index.attribute { select(name) }
            }
        }
    }

    /// An attribute of the index. The vector is always one, in the precision that the index keeps;
    /// what the index does not project is not there.
    func value(named name: Text) -> AttributeValue? {
        if name == index.attribute { return .list(vector.map { .number(Self.shortest($0)) }) }
        return projects(name) ? record.value(named: name) : nil
    }

    /// The number with the fewest digits that the float is nearest to; a zero has no sign.
    private static func shortest(_ float: Float) -> DecimalNumber {
        // Every float is far within the range of numbers, and nine digits tell them apart.
        try! DecimalNumber(parsing: float.description)
    }

    private func projects(_ name: Text) -> Bool {
        switch index.projection {
        case .all: return true
        case .include(let names) where names.contains(name): return true
        default: return table.key.contains(name) || index.searches(name)
        }
    }

    func returned(through projection: ProjectionExpression?) -> ReturnedItem {
        guard let projection else { return .record(attributes) }
        return .item(projection.apply(to: self))
    }
}
