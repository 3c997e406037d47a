// The stores every behaviour is tested on, and folders that go when a test ends.

import Glibc
import MartletKeyValue
import MartletRocksDBStore
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

/// A folder under the system's temporary one, removed with all in it when dropped.
final class TemporaryFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/martlet-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw StorageError.inputOutput("mkdtemp") }
        path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    }

    deinit { removeTree(path) }
}

func names(in path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
}

func removeTree(_ path: String) {
    for name in names(in: path) where unlink(path + "/" + name) != 0 {
        removeTree(path + "/" + name)
    }
    rmdir(path)
}

func bytes(ofFile path: String) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY)
    guard descriptor >= 0 else { throw StorageError.inputOutput("cannot open a file") }
    defer { close(descriptor) }
    var result: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = read(descriptor, &part, part.count)
        if count <= 0 { return result }
        result.append(contentsOf: part[..<count])
    }
}

func write(_ bytes: [UInt8], toFile path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    guard descriptor >= 0 else { throw StorageError.inputOutput("cannot create a file") }
    defer { close(descriptor) }
    var written = 0
    while written < bytes.count {
        let count = bytes[written...].withUnsafeBytes {
            write(descriptor, $0.baseAddress, $0.count)
        }
        guard count > 0 else { throw StorageError.inputOutput("cannot write a file") }
        written += count
    }
}

/// What a power cut would leave: the files as they are, while the store is open.
func copyTree(_ source: String, to target: String) throws {
    mkdir(target, 0o700)
    for name in names(in: source) {
        var status = stat()
        // Files may go while the store works.
        guard stat(source + "/" + name, &status) == 0 else { continue }
        if status.st_mode & S_IFMT == S_IFDIR {
            try copyTree(source + "/" + name, to: target + "/" + name)
        } else if let bytes = try? bytes(ofFile: source + "/" + name) {
            try write(bytes, toFile: target + "/" + name)
        }
    }
}
