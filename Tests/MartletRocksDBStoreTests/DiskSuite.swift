// What tests of the files share: numbered rows, an image of what a crash would leave, and the
// records of a log.

import MartletKeyValue
import MartletRocksDBStore
import MartletTestBasics

protocol DiskSuite {
    var folder: TemporaryFolder { get }
}

extension DiskSuite {
    var path: String { folder.path + "/data" }
    var image: String { folder.path + "/image" }

    func open(
        _ path: String, _ options: RocksDBOptions = .small
    ) throws(StorageError) -> RocksDBStore {
        try RocksDBStore(directory: DataDirectory(path: path), options: options)
    }

    func key(_ number: Int) -> [UInt8] {
        [2, 0, 0, 0, 1] + withUnsafeBytes(of: UInt64(number).bigEndian) { Array($0) } + [1]
    }

    func value(_ number: Int, _ count: Int) -> [UInt8] {
        var random = SeededRandom(seed: UInt64(number))
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
    }

    func fill(_ store: RocksDBStore, _ numbers: Range<Int>, _ count: Int = 100) throws {
        for number in numbers { try store.put(key(number), value(number, count), .sync) }
    }

    func rows(_ numbers: Range<Int>, _ count: Int = 100) -> [Row] {
        numbers.map { Row(key: key($0), value: value($0, count)) }
    }

    func files(_ path: String, _ suffix: String) -> [String] {
        names(in: path + "/rows").filter { $0.hasSuffix(suffix) }
    }

    /// The log's bytes up to the end of its last record: without what is filled ahead.
    func records(inLog path: String) throws -> [UInt8] {
        let log = try bytes(ofFile: path)
        var end = 0
        var offset = 0
        while offset + 7 <= log.count {
            let length = Int(log[offset + 4]) | Int(log[offset + 5]) << 8
            if length == 0, log[offset + 6] == 0 { break }
            end = offset + 7 + length
            // The last 6 bytes of a block are too few for a record.
            offset = 32768 - end % 32768 < 7 ? (end / 32768 + 1) * 32768 : end
        }
        return Array(log[..<min(end, log.count)])
    }
}
