// The stores every behaviour is tested on, each in a folder that goes when the test ends.

import MartletKeyValue
import MartletRocksDBStore
import MartletTestBasics
import Testing

enum StoreKind: CaseIterable, CustomTestStringConvertible {
    case memory
    case rocksDB
    /// With so little memory and so small files that rows are flushed, compacted and kept apart.
    case smallRocksDB

    var testDescription: String { "\(self)" }
}

/// A store in a folder of its own.
final class TestStore {
    let folder: TemporaryFolder?
    let store: any KeyValueStore

    init(_ kind: StoreKind) throws {
        switch kind {
        case .memory:
            folder = nil
            store = MemoryStore()
        case .rocksDB, .smallRocksDB:
            let folder = try TemporaryFolder()
            self.folder = folder
            store = try RocksDBStore(
                directory: DataDirectory(path: folder.path),
                options: kind == .smallRocksDB ? .small : RocksDBOptions())
        }
    }

    deinit { try? store.close() }
}

extension RocksDBOptions {
    static var small: RocksDBOptions {
        var options = RocksDBOptions()
        options.memoryBudgetBytes = RocksDBOptions.minimumMemoryBudgetBytes
        options.blobThresholdBytes = 512
        return options
    }
}
