// Capacity of several statements.

internal import MartletCatalog
internal import MartletModel

extension ConsumedCapacity {
    /// Adds what was used beside this on the same table.
    mutating func add(_ other: ConsumedCapacity) {
        total += other.total
        if let units = other.tableUnits { tableUnits = (tableUnits ?? 0) + units }
        Self.add(other.localIndexUnits, to: &localIndexUnits)
        Self.add(other.globalIndexUnits, to: &globalIndexUnits)
        for (name, bytes) in other.vectorIndexBytes {
            if let position = vectorIndexBytes.firstIndex(where: { $0.name == name }) {
                vectorIndexBytes[position].bytes += bytes
            } else {
                vectorIndexBytes.append((name, bytes))
            }
        }
    }

    private static func add(
        _ units: [(name: Text, units: Double)], to sums: inout [(name: Text, units: Double)]
    ) {
        for (name, units) in units {
            if let position = sums.firstIndex(where: { $0.name == name }) {
                sums[position].units += units
            } else {
                sums.append((name, units))
            }
        }
    }
}

extension ConsumedCapacity? {
    mutating func add(_ other: ConsumedCapacity?) {
        guard let other else { return }
        if self == nil { self = other } else { self!.add(other) }
    }
}

extension [ConsumedCapacity] {
    /// Adds to the table's entry, or makes one.
    mutating func add(_ other: ConsumedCapacity?) {
        guard let other else { return }
        if let position = firstIndex(where: { $0.table == other.table }) {
            self[position].add(other)
        } else {
            append(other)
        }
    }
}
