package import MartletCatalog
internal import MartletThreads
package import MartletVectors
internal import Glibc
internal import Synchronization

/// Says from when on searches of a collection walk on codes.
package struct SetCodeUse: WriteOperation {
    package var table: TableName
    package var use: CodeUse

    package init(table: TableName, use: CodeUse) {
        self.table = table
        self.use = use
    }

    package func prepare(in context: ReadContext) throws(OperationError) {}

    /// The indexes of the table follow before this is answered; their graphs do so soon, or in
    /// `Engine.followCodeUse`.
    package func run(
        _ prepared: Void, in transaction: WriteTransaction
    ) throws(OperationError) {
        let schema = try transaction.directory.collection(table)
        guard schema.index.codeUse != use else { return }
        var definition = schema.table.definition
        for place in definition.vectorIndexes.indices
        where definition.vectorIndexes[place].id == schema.index.id {
            definition.vectorIndexes[place].codeUse = use
        }
        transaction.save(definition)
    }
}

/// What the index of a collection is like.
package struct CollectionShape: Sendable {
    package var bytes = IndexStatistics()
    package var graph = GraphShape()
}

extension Engine {
    /// What the index is like now. Changes that are on their way into the graph are waited for, but
    /// not for ever.
    ///
    /// - Returns: nil when the collection is gone.
    package func shape(of schema: CollectionSchema) -> CollectionShape? {
        guard let index = vectorIndexes[schema.index.id] else { return nil }
        index.settle(atMost: .seconds(1))
        index.followCodeUse(threads: Self.coreCount)
        let graph = index.book.withLock { $0.graph }
        return CollectionShape(bytes: graph.statistics, graph: graph.shape)
    }

    /// Has the graph make codes or let go of them, as the catalogue says, now.
    package func followCodeUse(of schema: CollectionSchema) {
        vectorIndexes[schema.index.id]?.followCodeUse(threads: Self.coreCount)
    }

    private static var coreCount: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

    /// Has the graph lead around what was removed.
    package func compact(_ schema: CollectionSchema) {
        vectorIndexes[schema.index.id]?.settle(atMost: nil)
        vectorIndexes.ask(.repair, of: schema.index.id)
    }

    /// Has the graph take in what was written before the call, and writes it to its file, so that
    /// opening need do neither. Should the file not be written, opening is slow, and no more.
    package func checkpoint(_ schema: CollectionSchema) {
        guard let index = vectorIndexes[schema.index.id], index.files != nil else { return }
        index.settle(atMost: nil)
        vectorIndexes.ask(.checkpoint, of: schema.index.id)
    }
}

extension LiveVectorIndex {
    /// Waits until the graph has all that was published before the call, or time is up, or the graph
    /// takes no more.
    ///
    /// - Returns: whether it has.
    @discardableResult
    func settle(atMost duration: Duration?) -> Bool {
        let deadline = duration.map { ContinuousClock.now + $0 }
        let last = book.withLock { $0.pending.lastSequence }
        while true {
            let (isSettled, isStuck) = book.withLock { book in
                (
                    book.remaining == nil
                        && (book.pending.count == 0 || book.carriedSequence >= last),
                    book.isFull || book.hasFailed || book.errands.haveEnded
                )
            }
            if isSettled || isStuck { return isSettled }
            if let deadline, ContinuousClock.now >= deadline { return false }
            usleep(500)
        }
    }
}
