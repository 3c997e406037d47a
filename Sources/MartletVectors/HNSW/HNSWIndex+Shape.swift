internal import CVectorKernels
internal import Synchronization

/// What the graph of an index looks like.
public struct GraphShape: Hashable, Sendable {
    /// Layers, the lowest included; 0 for an empty index.
    public var layerCount = 0
    /// Of the vectors that searches can find, on the lowest layer.
    public var averageDegree = 0.0
    public var minimumDegree = 0
    public var maximumDegree = 0
    /// The index is so small that searches compare the query with everything.
    public var isScanned = true

    public init() {}
}

extension HNSWIndex {
    /// Looks at the graph while it may change, so that it is the shape of no single moment.
    ///
    /// - Complexity: O(slots × m).
    public var shape: GraphShape { graph?.shape ?? GraphShape() }
}

extension Graph {
    fileprivate var shape: GraphShape {
        let context = readers.enter()
        defer { readers.leave(context) }
        var shape = GraphShape()
        let lowest = layer(0)
        var count = 0
        var total = 0
        for slot in 0..<Slot(slotCount.load(ordering: .acquiring)) where isLive(slot) {
            let links = lowest.links(slot)
            var degree = 0
            while degree < lowest.width, martlet_load_acquire(links + degree) != Layer.none {
                degree += 1
            }
            shape.minimumDegree = count == 0 ? degree : min(shape.minimumDegree, degree)
            shape.maximumDegree = max(shape.maximumDegree, degree)
            shape.layerCount = max(shape.layerCount, level(of: slot) + 1)
            total += degree
            count += 1
        }
        if count > 0 { shape.averageDegree = Double(total) / Double(count) }
        shape.isScanned = isScanned(count: count)
        return shape
    }
}
