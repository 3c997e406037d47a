// What the log looks like on disk, and what opening makes of zeros in it.

import Glibc
import MartletKeyValue
import MartletRocksDBStore
import MartletTestBasics
import Testing

@Suite("Zeros in the log") struct LogTests: DiskSuite {
    let folder = try! TemporaryFolder()

    private static let blockBytes = 32768

    private func options(_ durability: Durability) -> RocksDBOptions {
        var options = RocksDBOptions()
        options.durability = durability
        return options
    }

    /// Whether logs are filled ahead on the file system of the tests' folders.
    static let fillsLogs: Bool = {
        // Lines of device, folder and type; the longest folder that holds "/tmp" is its.
        let mounts = (try? bytes(ofFile: "/proc/self/mounts")) ?? []
        let fields = mounts.split(separator: UInt8(ascii: "\n")).map { line in
            line.split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
        }
        let type = fields.last { $0[1] == "/tmp" } ?? fields.last { $0[1] == "/" }
        return ["ext2", "ext3", "ext4", "xfs", "overlay"].contains(type?[2])
    }()

    private func isCorruption(of log: String, _ error: any Error) -> Bool {
        guard case .corruption(let file, _, _) = error as? StorageError else { return false }
        return file == log
    }

    @Test(
        "synced commits find the log filled ahead of them, by little at first and a bounded chunk later",
        .enabled(if: fillsLogs))
    func isFilledAhead() throws {
        let store = try open(path, options(.sync))
        let log = path + "/rows/" + (try #require(files(path, ".log").last))
        #expect(try bytes(ofFile: log).isEmpty)
        var largest = 0
        for number in 0..<200 {
            try fill(store, number..<number + 1, 30_000)
            let size = try bytes(ofFile: log).count
            let ahead = size - (try records(inLog: log).count)
            #expect(ahead >= 0 && ahead <= 1 << 20)
            largest = max(largest, ahead)
            if number == 0 { #expect(size <= 64 << 10) }
        }
        #expect(largest > 900_000)
        // Flushed, the log is deleted or cut to its records; a new one has no size before its
        // first commit.
        try store.close()
        for name in files(path, ".log") {
            #expect(try bytes(ofFile: path + "/rows/" + name).isEmpty)
        }
        #expect(try open(path).rows() == rows(0..<200, 30_000))
    }

    @Test("without syncing nothing is filled")
    func asynchronousIsNotFilled() throws {
        let store = try open(path, options(.async))
        for number in 0..<50 { try store.put(key(number), value(number, 1000), .async) }
        let log = path + "/rows/" + (try #require(files(path, ".log").last))
        #expect(try bytes(ofFile: log) == records(inLog: log))
    }

    @Test(
        "zeros after the last record are its end, wherever in a block that is",
        arguments: [Durability.sync, .async])
    func zeroTails(durability: Durability) throws {
        for spare in 0...16 {
            removeTree(path)
            let store = try open(path, options(durability))
            try fill(store, 0..<1, 20_000)
            let log = try #require(files(path, ".log").last)
            // The second record ends `spare` bytes before the block does. Its length takes two
            // bytes instead of three.
            let first = try records(inLog: path + "/rows/" + log).count
            let overhead = first - 20_000 - 1
            let count = Self.blockBytes - spare - first - overhead
            try store.put(key(1), value(1, count), .sync)
            let whole = try records(inLog: path + "/rows/" + log)
            try #require(whole.count == Self.blockBytes - spare)
            for zeros in [0, 1, 6, 7, 8, spare, spare + 1, spare + Self.blockBytes, 300_000] {
                removeTree(image)
                try copyTree(path, to: image)
                try write(
                    whole + [UInt8](repeating: 0, count: zeros), toFile: image + "/rows/" + log)
                let expected = rows(0..<1, 20_000) + [Row(key: key(1), value: value(1, count))]
                let opened = try open(image, options(durability))
                #expect(try opened.rows() == expected, "\(spare) bytes left, \(zeros) zeros")
                try opened.put(key(2), [2], .sync)
                try opened.close()
                let again = try open(image, options(durability))
                #expect(try again.rows() == expected + [Row(key: key(2), value: [2])])
                try again.close()
            }
            try store.close()
        }
    }

    @Test(
        "a last record that zeros cut anywhere is dropped, also over blocks",
        arguments: [Durability.sync, .async])
    func tornRecordInZeros(durability: Durability) throws {
        let store = try open(path, options(durability))
        try fill(store, 0..<20)
        let log = try #require(files(path, ".log").last)
        let before = try records(inLog: path + "/rows/" + log).count
        try fill(store, 20..<21, 100_000)
        try copyTree(path, to: image)
        let whole = try records(inLog: image + "/rows/" + log)
        var random = SeededRandom(seed: 31)
        // In headers, at the ends of blocks, and anywhere.
        let cuts =
            [0, 1, 4, 6, 7, 8, 19, 20].map { before + $0 }
            + [-8, -7, -1, 0, 1, 6, 7, 8].map { 2 * Self.blockBytes + $0 }
            + (0..<20).map { _ in Int.random(in: before..<whole.count - 8, using: &random) }
        for cut in cuts {
            var torn = whole + [UInt8](repeating: 0, count: 200_000)
            for index in cut..<whole.count { torn[index] = 0 }
            removeTree(image)
            try copyTree(path, to: image)
            try write(torn, toFile: image + "/rows/" + log)
            let opened = try open(image, options(durability))
            #expect(try opened.rows() == rows(0..<20), "cut at \(cut), seed 31")
            try opened.close()
        }
    }

    @Test("a hole that records follow is corruption, and the beginning stays when asynchronous")
    func holes() throws {
        let store = try open(path, options(.sync))
        // A record for each block, so that behind a hole of blocks one begins, then shorter ones.
        try fill(store, 0..<1, 20_000)
        let log = try #require(files(path, ".log").last)
        let overhead = try records(inLog: path + "/rows/" + log).count - 20_000
        try store.put(key(1), value(1, Self.blockBytes - 20_000 - 2 * overhead + 1), .sync)
        try fill(store, 2..<10, Self.blockBytes - overhead)
        try #require(try records(inLog: path + "/rows/" + log).count == 9 * Self.blockBytes)
        try fill(store, 10..<400, 1000)
        let whole = try records(inLog: path + "/rows/" + log)
        let all = try store.rows()
        try copyTree(path, to: image)
        let blockCount = whole.count / Self.blockBytes
        var random = SeededRandom(seed: 32)
        for step in 0..<24 {
            // Whole blocks, as a file system leaves them, and pages within.
            let unit = step % 2 == 0 ? Self.blockBytes : 4096
            let begin = Int.random(
                in: 0..<(blockCount - 3) * Self.blockBytes / unit, using: &random)
            let hole = begin * unit..<(begin + Int.random(in: 1...2, using: &random)) * unit
            var damaged = whole + [UInt8](repeating: 0, count: 100_000)
            for index in hole { damaged[index] = 0 }
            removeTree(image)
            try copyTree(path, to: image)
            try write(damaged, toFile: image + "/rows/" + log)
            let image = image
            #expect("hole \(hole)") {
                try open(image, options(.sync))
            } throws: {
                isCorruption(of: log, $0)
            }
            #expect(try bytes(ofFile: image + "/rows/" + log) == damaged)
            let opened = try open(image, options(.async))
            let found = try opened.rows()
            #expect(found.count < all.count)
            #expect(found == Array(all.prefix(found.count)), "hole \(hole), seed 32")
            try opened.close()
        }
    }

    @Test("a log from before a recovery does not matter when the next one goes on without a gap")
    func logsInARow() throws {
        let store = try open(path, options(.sync))
        try fill(store, 0..<20)
        try copyTree(path, to: image)
        let log = try #require(files(image, ".log").last)
        let file = image + "/rows/" + log
        let whole = try records(inLog: file)
        let recordCount = whole.count / 20
        // A twenty-first commit was cut short. Recovery drops it; its number is given again.
        let torn = whole + whole.prefix(recordCount / 2) + [UInt8](repeating: 0, count: 9_000)
        try write(torn, toFile: file)
        let opened = try open(image, options(.sync))
        try fill(opened, 20..<40)
        let later = folder.path + "/later"
        // The deletion of the old log did not reach the disk.
        for old in [torn, whole + [UInt8](repeating: 0, count: 9_000), whole] {
            removeTree(later)
            try copyTree(image, to: later)
            try write(old, toFile: later + "/rows/" + log)
            let again = try open(later, options(.sync))
            #expect(try again.rows() == rows(0..<40))
            try again.close()
        }
        // Zeros in place of a commit that the next log follows.
        let lost = whole.dropLast(recordCount) + [UInt8](repeating: 0, count: 9_000)
        removeTree(later)
        try copyTree(image, to: later)
        try write(Array(lost), toFile: later + "/rows/" + log)
        #expect {
            try open(later, options(.sync))
        } throws: {
            isCorruption(of: log, $0)
        }
    }
}
