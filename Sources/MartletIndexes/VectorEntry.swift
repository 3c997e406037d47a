package import MartletCatalog
package import MartletEncoding
package import MartletModel

/// What a vector index searches of an item.
package struct VectorEntry: Sendable, Equatable {
    package var vector: [Float]
    /// The HASH element's value; nil for an index without one.
    package var hash: AttributeValue?
    /// The INLINE_FILTER elements' values, in the index's order; nil for those that the item lacks.
    package var filters: [AttributeValue?]
    /// What filters on metadata look at; nil when the index keeps none or the item has none.
    package var metadata: AttributeMap?

    package init(vector: [Float], hash: AttributeValue? = nil, filters: [AttributeValue?] = []) {
        self.vector = vector
        self.hash = hash
        self.filters = filters
    }

    /// The entry of a stored item; nil when the item is not in the index. Items from before the
    /// index may have what a write would refuse: they are left out in silence.
    package init?(of item: ItemRecord, in index: VectorIndexDefinition) {
        guard
            let vector = item.vector(named: index.attribute, dimensions: index.dimensions)?.elements
        else { return nil }
        self.init(vector: vector, of: item, in: index)
    }

    /// The entry of an item whose vector was read.
    init?(vector: [Float], of item: ItemRecord, in index: VectorIndexDefinition) {
        self.init(vector: vector)
        if let hash = index.hash {
            guard let value = item.value(named: hash.name), index.admits(hash: value) else {
                return nil
            }
            self.hash = value
        }
        if let attribute = index.metadata, case .map(let map)? = item.value(named: attribute) {
            metadata = map
        }
        guard !index.filters.isEmpty else { return }
        filters.reserveCapacity(index.filters.count)
        for filter in index.filters {
            let value = item.value(named: filter.name)
            if let value, !index.admits(value, of: filter) { return nil }
            filters.append(value)
        }
    }
}
