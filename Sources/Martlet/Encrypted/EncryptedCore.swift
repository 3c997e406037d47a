// An index that is open: a database of one collection over a sealed store. All handles on the index
// share it.
//
// Thread safety: every method may be called from any thread.

internal import MartletCatalog
internal import MartletEngine
internal import MartletKeyValue
internal import MartletModel
internal import MartletSealing
internal import MartletVectors
internal import Synchronization

final class EncryptedCore: Sendable {
    enum State: Int, AtomicRepresentable {
        case open, closed, deleted
    }

    static let table = TableName("vectors")

    let settings: EncryptedSettings
    let sealed: SealedStore
    let files: SealedIndexFiles
    /// Of vector indexes' files; nil in memory.
    let vectorFolder: String?
    private let engine: Engine
    private let state = Atomic<State>(.open)
    /// Held while the collection is made.
    private let making = Mutex<Void>(())
    /// Held while data is sealed anew.
    let rekeying = Mutex<Void>(())

    init(
        _ sealed: SealedStore, vectorFolder: String?, files: SealedIndexFiles,
        isShared: Bool = false,
        log: @escaping @Sendable (String) -> Void
    ) throws(EncryptedIndexError) {
        guard let settings = EncryptedSettings(sealed.keyring.settings) else {
            throw .storage("The index was written by a later version of Martlet.")
        }
        self.settings = settings
        self.sealed = sealed
        self.vectorFolder = vectorFolder
        self.files = files
        var options = EngineOptions()
        options.log = log
        options.vectorFileSealing = files
        options.sharesRows = isShared
        let made = options
        engine = try translating { () throws(OperationError) in
            try Engine(store: sealed, options: made, vectorFolder: vectorFolder)
        }
    }

    /// - Throws: `closed`, `deleted`.
    func open() throws(EncryptedIndexError) -> Engine {
        switch state.load(ordering: .acquiring) {
        case .open: return engine
        case .closed: throw .closed
        case .deleted: throw .deleted
        }
    }

    /// Ends the index's use; a second time does nothing.
    func close(as end: State) throws(EncryptedIndexError) {
        let (isFirst, _) = state.compareExchange(
            expected: .open, desired: end, ordering: .acquiringAndReleasing)
        guard isFirst else { return }
        try translating { () throws(OperationError) in try engine.close() }
    }

    // MARK: The collection

    /// nil before the first row of an index without a dimension.
    func schema() throws(EncryptedIndexError) -> CollectionSchema? {
        try open().collection(Self.table)
    }

    /// The collection, which is made if there is none.
    func schema(dimension: Int) throws(EncryptedIndexError) -> CollectionSchema {
        if let schema = try schema() { return schema }
        return try making.withLock { _ throws(EncryptedIndexError) in
            if let schema = try schema() { return schema }
            try Self.check(dimension: dimension)
            var tuning = VectorTuning()
            tuning.codes = .int4
            let request = CollectionSchema.request(
                Self.table, dimensions: dimension, distance: settings.metric.distance,
                tuning: tuning)
            let engine = try open()
            _ = try translating { () throws(OperationError) in
                try engine.run(CreateTable(request))
            }
            guard let schema = try schema() else { throw .closed }
            return schema
        }
    }

    static func check(dimension: Int) throws(EncryptedIndexError) {
        guard VectorParameters.dimensionsRange.contains(dimension) else {
            throw .invalidArgument(
                "The dimension must be in \(VectorParameters.dimensionsRange)")
        }
    }

    func run<Operation: ReadOperation>(
        _ operation: Operation
    ) throws(EncryptedIndexError) -> Operation.Output {
        let engine = try open()
        return try translating { () throws(OperationError) in try engine.run(operation) }
    }

    func run<Operation: WriteOperation>(
        _ operation: Operation
    ) throws(EncryptedIndexError) -> Operation.Output {
        let engine = try open()
        return try translating { () throws(OperationError) in try engine.run(operation) }
    }
}

extension EncryptedMetric {
    var distance: Metric {
        switch self {
        case .euclidean, .squaredEuclidean: .euclidean
        case .cosine: .cosine
        case .dotProduct: .dotProduct
        }
    }
}
