// What an answer to a write says about capacity and item collections.

internal import MartletCatalog
internal import MartletEncoding
internal import MartletKeyValue
internal import MartletModel

extension ConsumedCapacity {
    /// The units of writes to one table.
    init(_ units: WriteUnits, of table: TableDefinition, _ report: CapacityReport) {
        self.init(table: table.name, total: units.total)
        guard report == .indexes else { return }
        tableUnits = units.table
        for (index, units) in zip(table.indexes, units.indexes) where units > 0 {
            switch index.kind {
            case .local: localIndexUnits.append((index.name, units))
            case .global: globalIndexUnits.append((index.name, units))
            }
        }
        for (index, bytes) in zip(table.vectorIndexes, units.vectorBytes) where bytes > 0 {
            vectorIndexBytes.append((index.name, bytes))
        }
    }
}

extension WriteUnits {
    static func += (total: inout WriteUnits, units: WriteUnits) {
        total.table += units.table
        for position in total.indexes.indices { total.indexes[position] += units.indexes[position] }
        for position in total.vectorBytes.indices {
            total.vectorBytes[position] += units.vectorBytes[position]
        }
    }

    /// Bytes written to vector indexes are what they are.
    static func * (units: WriteUnits, factor: Double) -> WriteUnits {
        WriteUnits(
            table: units.table * factor, indexes: units.indexes.map { $0 * factor },
            vectorBytes: units.vectorBytes)
    }
}

extension WriteTransaction {
    /// The collection of the items that share a key's partition; nil for a table without local
    /// indexes, which has no item collections. The size is the store's estimate.
    func itemCollectionMetrics(_ key: PreparedKey) throws(OperationError) -> ItemCollectionMetrics?
    {
        let definition = key.table.definition
        let local = definition.localIndexes
        guard !local.isEmpty else { return nil }
        let hash = key.primary.hash
        let ranges =
            [KeyRange.prefix(definition.partitionPrefix(hash))]
            + local.map { .prefix(OrderedKey.partition(.indexRow, $0.id, [hash])) }
        let bytes = try approximateSizeBytes(of: ranges)
        let gigabytes = Double(bytes >> 30)
        return ItemCollectionMetrics(
            key: [definition.key.hash[0].name: hash],
            lowerBoundGigabytes: gigabytes, upperBoundGigabytes: gigabytes + 1)
    }
}
