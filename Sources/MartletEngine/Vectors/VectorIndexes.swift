// The vector indexes of an engine: which there are, and the thread that keeps their graphs up to
// date.
//
// The key-value store is the truth: items, and for each index a journal of the items that changed in
// it. What is here can be made again from that. The commit thread publishes a group's changes before
// it answers the group, so a search that begins after an answer sees what was answered.
//
// Thread safety: every method may be called from any thread; `publish` only by the commit thread.

internal import MartletCatalog
internal import MartletKeyValue
internal import Synchronization

final class VectorIndexes: Sendable {
    private struct State {
        var indexes: [UInt32: LiveVectorIndex] = [:]
        /// The catalogue that `indexes` agrees with.
        var directory: TableDirectory?
    }

    private let store: any KeyValueStore
    private let options: EngineOptions
    /// Where each index has a folder of files; nil when there are none.
    private let folder: String?
    private let state = Mutex(State())

    /// Opens the indexes of the catalogue.
    init(
        store: any KeyValueStore, directory: TableDirectory, options: EngineOptions,
        folder: String? = nil
    ) throws(StorageError) {
        self.store = store
        self.options = options
        self.folder = folder
        follow(directory)
    }

    /// Begins to carry changes into graphs.
    func start(with committer: Committer) {}

    /// Takes what a committed group changed, in order, and the catalogue as the group left it.
    func publish(_ changes: [VectorChange], _ directory: TableDirectory) {
        if state.withLock({ $0.directory !== directory }) { follow(directory) }
    }

    /// Makes the indexes that the catalogue has, and lets go of others.
    private func follow(_ directory: TableDirectory) {
        state.withLock { state in
            state.directory = directory
            var left = state.indexes
            for table in directory.tables.values {
                for index in table.definition.vectorIndexes {
                    if left.removeValue(forKey: index.id) == nil {
                        state.indexes[index.id] = LiveVectorIndex(
                            index, of: table.definition, store: store)
                    }
                }
            }
            for id in left.keys { state.indexes[id] = nil }
        }
    }

    /// The items closest to a vector, best first. Sees every change that was answered before the
    /// call. Whoever reads the items afterwards may find them changed or gone meanwhile: it leaves
    /// out those that are gone or no longer have the values asked for.
    ///
    /// - Parameter index: not backfilling, or the answer may miss items.
    /// - Returns: nil when the index is gone.
    func search(
        _ search: VectorSearch, in index: VectorIndexDefinition
    ) throws(StorageError) -> [VectorMatch]? {
        guard let live = state.withLock({ $0.indexes[index.id] }) else { return nil }
        return try live.search(search)
    }

    /// Ends the thread and leaves the files so that opening is quick. The commit thread has ended.
    func close() {}
}
