internal import MartletCatalog
internal import MartletEngine
internal import MartletModel

extension JSONWriter {
    mutating func consumedCapacity(_ capacity: ConsumedCapacity) {
        beginObject()
        member("TableName")
        string(capacity.table.description)
        units(capacity.total, capacity.direction)
        if let table = capacity.tableUnits {
            member("Table")
            beginObject()
            units(table, capacity.direction)
            endObject()
        }
        if !capacity.localIndexUnits.isEmpty {
            member("LocalSecondaryIndexes")
            indexes(capacity.localIndexUnits, capacity.direction)
        }
        if !capacity.globalIndexUnits.isEmpty {
            member("GlobalSecondaryIndexes")
            indexes(capacity.globalIndexUnits, capacity.direction)
        }
        if !capacity.vectorIndexBytes.isEmpty {
            member("VectorIndexes")
            beginObject()
            for index in capacity.vectorIndexBytes {
                entry(index.name)
                beginObject()
                member("VectorWriteRequestBytes")
                double(Double(index.bytes))
                endObject()
            }
            endObject()
        }
        endObject()
    }

    /// The capacity of several tables as a member, left out when none was asked for.
    mutating func consumedCapacities(_ capacities: [ConsumedCapacity]) {
        guard !capacities.isEmpty else { return }
        member("ConsumedCapacity")
        beginArray()
        for capacity in capacities { consumedCapacity(capacity) }
        endArray()
    }

    private mutating func indexes(
        _ indexes: [(name: Text, units: Double)], _ direction: ConsumedCapacity.Direction?
    ) {
        beginObject()
        for index in indexes {
            entry(index.name)
            beginObject()
            units(index.units, direction)
            endObject()
        }
        endObject()
    }

    private mutating func units(_ units: Double, _ direction: ConsumedCapacity.Direction?) {
        switch direction {
        case .read:
            member("ReadCapacityUnits")
            double(units)
        case .write:
            member("WriteCapacityUnits")
            double(units)
        case nil: break
        }
        member("CapacityUnits")
        double(units)
    }

    /// What a search reports, whatever report was asked for.
    mutating func vectorCapacity(searchRequestBytes: Double) {
        beginObject()
        member("VectorSearchRequestBytes")
        double(searchRequestBytes)
        endObject()
    }

    mutating func itemCollectionMetrics(_ metrics: ItemCollectionMetrics) {
        beginObject()
        member("ItemCollectionKey")
        attributes(metrics.key)
        member("SizeEstimateRangeGB")
        beginArray()
        double(metrics.lowerBoundGigabytes)
        double(metrics.upperBoundGigabytes)
        endArray()
        endObject()
    }

    /// The metrics of several tables as a member, left out when there are none.
    mutating func itemCollectionMetrics(
        byTable metrics: [(table: TableName, metrics: [ItemCollectionMetrics])]
    ) {
        guard !metrics.isEmpty else { return }
        member("ItemCollectionMetrics")
        beginObject()
        for (table, metrics) in metrics {
            entry(Text(table.description))
            beginArray()
            for one in metrics { itemCollectionMetrics(one) }
            endArray()
        }
        endObject()
    }
}
