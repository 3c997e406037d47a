// Rows that a repair takes out of a database. Nothing is thrown away: a row is here, durably, before
// it leaves the store. One JSON object a line, for other programs and people:
//
//   {"problem":"unreadableItem","table":"Orders","index":null,"key":"1000…","value":"01…"}
//
// `key` and `value` are the row's bytes in hexadecimal, so the file holds items' contents: only its
// owner may read it. Made with the first row. Not thread-safe.
// Spec: docs/check.md.

internal import Glibc
internal import MartletCatalog
internal import MartletKeyValue
internal import MartletModel

final class QuarantineFile {
    /// The folder of this repair, in the quarantine folder.
    let folder: String
    private(set) var rowCount = 0
    private var descriptor: Int32 = -1
    private var buffer: [UInt8] = []

    var path: String { folder + "/rows.jsonl" }

    init(folder: String) { self.folder = folder }

    deinit { if descriptor >= 0 { close(descriptor) } }

    func add(_ fault: InvariantFault, key: [UInt8], value: [UInt8]) throws(StorageError) {
        try openIfNeeded()
        // Names of tables and indexes need no escapes.
        func text(_ text: String?) -> String { text.map { "\"\($0)\"" } ?? "null" }
        let line =
            "{\"problem\":\"\(fault.problem)\",\"table\":\(text(fault.tableName?.description)),"
            + "\"index\":\(text(fault.indexName?.string)),\"key\":\"\(Self.hexadecimal(key))\","
            + "\"value\":\"\(Self.hexadecimal(value))\"}\n"
        buffer.append(contentsOf: line.utf8)
        rowCount += 1
        if buffer.count > 1 << 20 { try write() }
    }

    /// After this, what was added survives power failure.
    func sync() throws(StorageError) {
        guard descriptor >= 0 else { return }
        try write()
        guard fsync(descriptor) == 0 else { throw Self.failure("sync", path) }
        for folder in [folder, Self.parent(of: folder), Self.parent(of: Self.parent(of: folder))] {
            let opened = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard opened >= 0 else { throw Self.failure("open", folder) }
            defer { close(opened) }
            guard fsync(opened) == 0 else { throw Self.failure("sync", folder) }
        }
    }

    private func openIfNeeded() throws(StorageError) {
        guard descriptor < 0 else { return }
        for path in [Self.parent(of: folder), folder] where mkdir(path, 0o700) != 0 {
            if errno != EEXIST { throw Self.failure("make", path) }
        }
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        if descriptor < 0 { throw Self.failure("make", path) }
    }

    private func write() throws(StorageError) {
        var rest = buffer[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw Self.failure("write", path) }
            rest = rest.dropFirst(count)
        }
        buffer.removeAll(keepingCapacity: true)
    }

    private static func parent(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    }

    private static func failure(_ verb: String, _ path: String) -> StorageError {
        .inputOutput("cannot \(verb) \(path): \(String(cString: strerror(errno)))")
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
            as: UTF8.self)
    }
}
