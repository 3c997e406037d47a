package import MartletModel

/// What a vector index holds of an item.
package struct VectorEntry: Sendable, Equatable {
    package var vector: [Float]
    /// The HASH element's value; nil for an index without one.
    package var hash: AttributeValue?
    /// The INLINE_FILTER elements' values, in the index's order; nil for those that the item lacks.
    package var filters: [AttributeValue?]

    package init(vector: [Float], hash: AttributeValue? = nil, filters: [AttributeValue?] = []) {
        self.vector = vector
        self.hash = hash
        self.filters = filters
    }
}
