// What a Query or Scan reads: a table or one of its indexes, with everything that follows from
// the choice. The checks here are those that need the table; their order is AWS's.

internal import MartletCatalog
internal import MartletEncoding
internal import MartletExpressions
internal import MartletModel

struct ReadTarget {
    let table: TableDefinition
    let index: IndexDefinition?

    /// Which operation reads; their refusals of vector indexes differ by a full stop.
    enum Reader: String {
        case query = "Query operation not supported on this index type."
        case scan = "Scan operation not supported on this index type"
    }

    init(
        _ table: TableDefinition, indexNamed name: Text?, isConsistent: Bool, for reader: Reader
    ) throws(OperationError) {
        self.table = table
        guard let name else {
            index = nil
            return
        }
        guard let index = table.index(named: name) else {
            guard table.vectorIndex(named: name) != nil else {
                throw .validation("The table does not have the specified index: \(name)")
            }
            if isConsistent { throw Self.inconsistent }
            throw .validation(reader.rawValue)
        }
        if index.kind == .global && isConsistent { throw Self.inconsistent }
        if index.status == .creating {
            throw .validation("Cannot read from backfilling global secondary index: \(name)")
        }
        self.index = index
    }

    private static let inconsistent = OperationError.validation(
        "Consistent reads are not supported on global secondary indexes")

    var key: KeySchema { index?.key ?? table.key }
    var space: KeySpace { index == nil ? .item : .indexRow }
    var id: UInt32 { index?.id ?? table.id }

    /// The attributes that name a row: the index's key, then what of the table's is not in it.
    var positionAttributes: [KeyAttribute] {
        guard let index else { return table.key.attributes }
        return index.key.attributes
            + table.key.attributes.filter { !index.key.contains($0.name) }
    }

    /// The attributes by which rows are found, in the order of the row's key.
    var rowKeyAttributes: [KeyAttribute] {
        guard let index else { return table.key.attributes }
        return index.key.attributes + table.key.attributes
    }

    /// The row key of a position, whose attributes are all there.
    func rowKey(of position: Item) -> [UInt8] {
        var key = OrderedKey.partition(space, id, self.key.hash.map { position[$0.name]! })
        for attribute in rowKeyAttributes.dropFirst(self.key.hash.count) {
            OrderedKey.append(position[attribute.name]!, to: &key)
        }
        return key
    }

    /// Where a page ended: the key attributes of its last row.
    func position(of row: ItemRecord) -> Item {
        var position = Item()
        for attribute in positionAttributes {
            position[attribute.name] = row.value(named: attribute.name)
        }
        return position
    }

    /// Whether `name` is in every row of the index; true for a table.
    func projects(_ name: Text) -> Bool {
        index.map { table.projects(name, $0) } ?? true
    }

    var projectsAll: Bool { index == nil || index!.projection == .all }

    /// What is to be read beside the rows themselves: a local index fetches from the table what
    /// it does not hold, a global one refuses.
    func fetchesFromTable(_ reading: PageOptions) throws(OperationError) -> Bool {
        guard let index, !projectsAll else { return false }
        if reading.select == .allAttributes {
            guard index.kind == .local else {
                throw .validation(
                    "One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not "
                        + "supported for global secondary index \(index.name) because its "
                        + "projection type is not ALL")
            }
            return true
        }
        let roots = (reading.projection?.paths ?? []).map(\.root)
        let missing = roots.filter { !projects($0) }
        guard !missing.isEmpty else { return false }
        guard index.kind == .local else {
            let names = missing.map(\.string).joined(separator: ", ")
            throw .validation(
                "One or more parameter values were invalid: Global secondary index \(index.name) "
                    + "does not project [\(names)]")
        }
        return true
    }
}
