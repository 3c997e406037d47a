// The databases of a server that keeps regions or accounts apart: one for each owner, opened by the
// owner's first request. The server's own owner has the database that the server was started with.
//
// Thread safety: every method may be called from any thread. Opening one takes milliseconds, in
// which requests to others that are not yet known wait, too.

internal import Martlet
package import MartletCatalog
package import MartletEngine
internal import MartletTransfer
internal import Synchronization

/// Opens the database of an owner, or makes it; whoever gave this closes it after the server has
/// stopped.
package typealias DataSetOpener = @Sendable (ResourceOwner) throws(OperationError) -> Engine

struct DataSet: Sendable {
    let engine: Engine
    let transfers: TransferWork
    let collections: CollectionService

    init(engine: Engine, transfers: TransferWork) {
        self.engine = engine
        self.transfers = transfers
        collections = CollectionService(engine)
    }
}

final class DataSets: Sendable {
    /// So many owners have databases, which each take threads and memory: without configured keys
    /// anybody can name another one.
    static let limit = 64

    private let open: DataSetOpener
    private let bucketRoot: String?
    private let sets: Mutex<[ResourceOwner: DataSet]>

    init(own: DataSet, bucketRoot: String?, open: @escaping DataSetOpener) {
        self.open = open
        self.bucketRoot = bucketRoot
        sets = Mutex([own.engine.options.owner: own])
    }

    func dataSet(of owner: ResourceOwner) throws(OperationError) -> DataSet {
        try sets.withLock { sets throws(OperationError) in
            if let found = sets[owner] { return found }
            guard sets.count < Self.limit else {
                throw .limitExceeded(
                    "Subscriber limit exceeded: There is a limit of \(Self.limit) accounts and "
                        + "regions per server")
            }
            let engine = try open(owner)
            let made = DataSet(
                engine: engine, transfers: TransferWork(engine: engine, root: bucketRoot))
            made.transfers.start()
            sets[owner] = made
            return made
        }
    }

    /// All that are open.
    var all: [DataSet] { sets.withLock { Array($0.values) } }

    /// Ends their jobs. The engines are their openers'.
    func stop() { for set in all { set.transfers.stop() } }
}
