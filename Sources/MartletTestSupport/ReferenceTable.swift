// A table as plainly as it can be said: items in a dictionary, indexes worked out anew for every
// question, orders by the values themselves. Slow and short, so that it can be trusted; the engine
// must agree with it.

package import MartletCatalog
package import MartletExpressions
package import MartletModel

package struct ReferenceTable: Sendable {
    /// Only its keys, indexes and projections matter here.
    package var definition: TableDefinition
    private var items: [PrimaryKey: Item] = [:]

    package init(_ definition: TableDefinition) { self.definition = definition }

    package var count: Int { items.count }

    package subscript(key: PrimaryKey) -> Item? {
        get { items[key] }
        set { items[key] = newValue }
    }

    /// The key of an item or of a request's Key, which must have one.
    package func key(of item: Item) -> PrimaryKey {
        PrimaryKey(
            hash: item[definition.key.hash[0].name]!,
            range: definition.key.range.first.map { item[$0.name]! })
    }

    /// The items in no meaningful but a fixed order: by key.
    package var allItems: [Item] { sorted(Array(items.values), by: definition.key.attributes) }

    /// The rows of an index, projected, or all items.
    package func rows(of index: IndexDefinition?) -> [Item] {
        guard let index else { return allItems }
        let members = items.values.filter { item in
            index.key.attributes.allSatisfy { attribute in
                item[attribute.name].map(attribute.type.matches) ?? false
            }
        }
        return sorted(members, by: index.key.attributes + definition.key.attributes)
            .map { projected($0, for: index) }
    }

    /// What a query answers, all pages together.
    package func query(
        _ index: IndexDefinition?, _ condition: KeyCondition, isForward: Bool
    ) -> [Item] {
        let found = rows(of: index).filter { item in
            condition.clauses.allSatisfy { clause in
                item[clause.attribute].map { Self.holds(clause.comparison, for: $0) } ?? false
            }
        }
        return isForward ? found : found.reversed()
    }

    /// Rows and bytes, as DescribeTable counts them. Of the table, vectors count as billed.
    package func tally(of index: IndexDefinition?) -> Tally {
        let rows = rows(of: index)
        var bytes = rows.reduce(0) { $0 + $1.sizeBytes }
        if index == nil {
            var seen: Set<Text> = []
            for index in definition.vectorIndexes where seen.insert(index.attribute).inserted {
                bytes -= rows.reduce(0) { $0 + savedBytes($1, index) }
            }
        }
        return Tally(itemCount: rows.count, sizeBytes: bytes)
    }

    /// The same of a vector index. Items that it cannot take are not the model's: writes that bring
    /// one are refused.
    package func tally(of index: VectorIndexDefinition) -> Tally {
        var tally = Tally()
        for item in items.values where item[index.attribute] != nil {
            let saved = savedBytes(item, index)
            tally.savedBytes += saved
            if let hash = index.hash, item[hash.name] == nil { continue }
            let held = item.entries.filter { entry in
                switch index.projection {
                case .all: true
                case .keysOnly: isAlwaysHeld(entry.name, index)
                case .include(let names):
                    names.contains(entry.name) || isAlwaysHeld(entry.name, index)
                }
            }
            tally.itemCount += 1
            tally.sizeBytes +=
                held.reduce(0) { $0 + $1.name.utf8Count + $1.value.sizeBytes } - saved
        }
        return tally
    }

    private func isAlwaysHeld(_ name: Text, _ index: VectorIndexDefinition) -> Bool {
        name == index.attribute || definition.key.contains(name) || index.searches(name)
    }

    /// By how much a vector's list exceeds four bytes a dimension.
    private func savedBytes(_ item: Item, _ index: VectorIndexDefinition) -> Int {
        item[index.attribute].map { $0.sizeBytes - 4 * index.dimensions } ?? 0
    }

    private func projected(_ item: Item, for index: IndexDefinition) -> Item {
        var names = Set((definition.key.attributes + index.key.attributes).map(\.name))
        switch index.projection {
        case .all: return item
        case .keysOnly: break
        case .include(let included): names.formUnion(included)
        }
        var projected = Item()
        for entry in item where names.contains(entry.name) { projected[entry.name] = entry.value }
        return projected
    }

    private func sorted(_ items: [Item], by attributes: [KeyAttribute]) -> [Item] {
        items.sorted { left, right in
            for attribute in attributes {
                let (a, b) = (left[attribute.name]!, right[attribute.name]!)
                if Self.precedes(a, b) { return true }
                if Self.precedes(b, a) { return false }
            }
            return false
        }
    }

    private static func holds(
        _ comparison: KeyCondition.Comparison, for value: AttributeValue
    ) -> Bool {
        switch comparison {
        case .equal(let other): value == other
        case .less(let other): precedes(value, other)
        case .lessOrEqual(let other): !precedes(other, value)
        case .greater(let other): precedes(other, value)
        case .greaterOrEqual(let other): !precedes(value, other)
        case .between(let low, let high): !precedes(value, low) && !precedes(high, value)
        case .beginsWith(let beginning):
            switch (value, beginning) {
            case (.string(let text), .string(let start)):
                text.string.utf8.starts(with: start.string.utf8)
            case (.binary(let bytes), .binary(let start)): bytes.starts(with: start)
            default: false
            }
        case .notIndexable: preconditionFailure("The engine refuses it")
        }
    }

    /// The order of key values of one type.
    package static func precedes(_ left: AttributeValue, _ right: AttributeValue) -> Bool {
        switch (left, right) {
        case (.number(let left), .number(let right)): left < right
        case (.string(let left), .string(let right)):
            left.string.utf8.lexicographicallyPrecedes(right.string.utf8)
        case (.binary(let left), .binary(let right)): left.lexicographicallyPrecedes(right)
        default: preconditionFailure("key values of one attribute have one type")
        }
    }
}
