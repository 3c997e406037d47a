package import MartletCatalog
package import MartletVectors
internal import Synchronization

/// Sets a tag of a collection's table, or takes it away.
package struct SetCollectionTag: WriteOperation {
    package var table: TableName
    package var tag: Tag
    package var isSet: Bool

    package init(table: TableName, tag: Tag, isSet: Bool) {
        self.table = table
        self.tag = tag
        self.isSet = isSet
    }

    package func prepare(in context: ReadContext) throws(OperationError) {}

    package func run(
        _ prepared: Void, in transaction: WriteTransaction
    ) throws(OperationError) {
        var definition = try transaction.directory.table(table).definition
        guard definition.tags.contains(tag) != isSet else { return }
        definition.tags.removeAll { $0.key == tag.key }
        if isSet { definition.tags.append(tag) }
        transaction.save(definition)
    }
}

/// What the index of a collection is like.
package struct CollectionShape: Sendable {
    package var bytes = IndexStatistics()
    package var graph = GraphShape()
}

extension Engine {
    /// nil when the collection is gone.
    package func shape(of schema: CollectionSchema) -> CollectionShape? {
        guard let index = vectorIndexes[schema.index.id] else { return nil }
        let graph = index.book.withLock { $0.graph }
        return CollectionShape(bytes: graph.statistics, graph: graph.shape)
    }

    /// Has the graph lead around what was removed, soon.
    package func compact(_ schema: CollectionSchema) {
        vectorIndexes.repairSoon(schema.index.id)
    }
}
