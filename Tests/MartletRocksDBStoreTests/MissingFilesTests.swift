// What opening says when a file of the rows is gone, cut, or one of an earlier time; and that it says
// nothing of a directory whose power went at any point.

import Glibc
import MartletKeyValue
import MartletRocksDBStore
import MartletTestBasics
import Testing

@Suite("Files that are gone or cut") struct MissingFilesTests: DiskSuite {
    let folder = try! TemporaryFolder()

    private static let ledger = "martlet.files"

    /// The file that opening `path` names as damaged, and where; nil when it opens.
    private func damage(
        _ path: String, _ options: RocksDBOptions = .small
    ) throws -> (file: String?, offset: UInt64?, detail: String)? {
        do throws(StorageError) {
            try open(path, options).close()
            return nil
        } catch {
            guard case .corruption(let file, let offset, let detail) = error else { throw error }
            #expect(!detail.contains("/"))
            return (file, offset, detail)
        }
    }

    /// A store with rows in tables, in blob files and in the log, as a kill leaves it in `image`.
    private func makeImage(durability: Durability = .sync) throws {
        var options = RocksDBOptions.small
        options.durability = durability
        let store = try open(path, options)
        for number in 0..<200 { try store.put(key(number), value(number, 100), durability) }
        for number in 200..<220 { try store.put(key(number), value(number, 2000), durability) }
        try store.flush()
        for number in 220..<260 { try store.put(key(number), value(number, 100), durability) }
        try store.flush()
        for number in 260..<300 { try store.put(key(number), value(number, 100), durability) }
        try copyTree(path, to: image)
        try store.close()
    }

    private func freshImage(of master: String) throws {
        removeTree(image)
        try copyTree(master, to: image)
    }

    private func expectAllRows(_ path: String) throws {
        let store = try open(path)
        let expected = rows(0..<200) + rows(200..<220, 2000) + rows(220..<300)
        #expect(try store.rows() == expected)
        try store.close()
    }

    /// The ends of a log file's fragments.
    private func fragmentEnds(_ bytes: [UInt8]) -> [Int] {
        var ends: [Int] = []
        var offset = 0
        while offset + 7 <= bytes.count {
            let length = Int(bytes[offset + 4]) | Int(bytes[offset + 5]) << 8
            if length == 0, bytes[offset + 6] == 0 { break }
            offset += 7 + length
            ends.append(offset)
            if 32768 - offset % 32768 < 7 { offset = (offset / 32768 + 1) * 32768 }
        }
        return ends
    }

    @Test(
        "a killed store opens with all its rows, and again after that",
        arguments: [
            Durability.sync, .async,
        ])
    func killed(durability: Durability) throws {
        try makeImage(durability: durability)
        try expectAllRows(image)
        try expectAllRows(image)
        try expectAllRows(path)
    }

    @Test("a MANIFEST that is cut anywhere before its synced end is named, with the place")
    func cutManifest() throws {
        try makeImage()
        let master = folder.path + "/master"
        try copyTree(image, to: master)
        let name = try #require(files(master, "").first { $0.hasPrefix("MANIFEST") })
        let whole = try bytes(ofFile: master + "/rows/" + name)
        let ends = fragmentEnds(whole)
        try #require(ends.count >= 4 && ends.last == whole.count)
        var random = SeededRandom(seed: 41)
        let cuts =
            [0] + ends.dropLast() + ends.dropLast().map { $0 + 3 }
            + (0..<10).map { _ in Int.random(in: 0..<whole.count, using: &random) }
        for cut in cuts {
            try freshImage(of: master)
            try write(Array(whole[..<cut]), toFile: image + "/rows/" + name)
            let before = names(in: image + "/rows")
            let found = try #require(try damage(image), "cut at \(cut), seed 41")
            #expect(found.file == name)
            #expect(found.offset == UInt64(ends.last { $0 <= cut } ?? 0))
            // Nothing was deleted, so a repair has it all.
            #expect(names(in: image + "/rows") == before)
        }
    }

    @Test("a byte of a MANIFEST that is not what it was is named, also in its last record")
    func changedManifest() throws {
        try makeImage()
        let master = folder.path + "/master"
        try copyTree(image, to: master)
        let name = try #require(files(master, "").first { $0.hasPrefix("MANIFEST") })
        let whole = try bytes(ofFile: master + "/rows/" + name)
        var random = SeededRandom(seed: 42)
        let last = fragmentEnds(whole).dropLast().last ?? 0
        for place in Array(last..<whole.count)
            + (0..<20).map({ _ in
                Int.random(in: 0..<whole.count, using: &random)
            })
        {
            try freshImage(of: master)
            var damaged = whole
            damaged[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            try write(damaged, toFile: image + "/rows/" + name)
            let found = try #require(try damage(image), "byte \(place), seed 42")
            #expect(found.file == name)
            #expect(found.offset.map { $0 <= place } == true)
        }
    }

    @Test(
        "each file without which rows are missing is named when it is gone",
        arguments: [
            Durability.sync, .async,
        ])
    func removedFiles(durability: Durability) throws {
        try makeImage(durability: durability)
        let master = folder.path + "/master"
        try copyTree(image, to: master)
        var options = RocksDBOptions.small
        options.durability = durability
        var suffixes: Set<String> = []
        for name in names(in: master + "/rows") {
            let suffix = name.split(separator: ".").last.map(String.init) ?? name
            let holdsRows =
                switch suffix {
                case "log": !(try records(inLog: master + "/rows/" + name).isEmpty)
                default: ["sst", "blob", "CURRENT"].contains(suffix) || name.hasPrefix("MANIFEST")
                }
            guard holdsRows else { continue }
            suffixes.insert(suffix)
            try freshImage(of: master)
            unlink(image + "/rows/" + name)
            let found = try #require(try damage(image, options), "\(name)")
            #expect(found.file?.hasSuffix(name) == true, "\(name)")
            #expect(found.offset == nil)
            // It stays so.
            #expect(try damage(image, options)?.file == found.file)
        }
        #expect(suffixes.isSuperset(of: ["sst", "blob", "log", "CURRENT"]))
    }

    @Test("a log is named when it is cut, or changed, where it was synced")
    func cutLog() throws {
        try makeImage()
        let master = folder.path + "/master"
        try copyTree(image, to: master)
        let name = try #require(files(master, ".log").last)
        let whole = try records(inLog: master + "/rows/" + name)
        // The first commit is asked for; how much more, nobody promises.
        let first = fragmentEnds(whole)[0]
        for cut in [0, 1, first - 1] {
            try freshImage(of: master)
            try write(Array(whole[..<cut]), toFile: image + "/rows/" + name)
            let found = try #require(try damage(image))
            #expect(found.file == name && found.offset == UInt64(cut))
            // Zeros in their place are no end.
            let zeros = [UInt8](repeating: 0, count: 60_000)
            try write(whole[..<cut] + zeros, toFile: image + "/rows/" + name)
            #expect(try damage(image)?.file == name)
        }
        try freshImage(of: master)
        var damaged = Array(whole[..<first])
        damaged[first - 1] ^= 1
        try write(damaged, toFile: image + "/rows/" + name)
        #expect(try damage(image)?.file == name)
    }

    @Test("several logs that are gone are all named")
    func removedLogs() throws {
        try makeImage()
        let log = try #require(files(image, ".log").last)
        let other = 900_000
        var ledger = try bytes(ofFile: image + "/rows/" + Self.ledger)
        let slot = newerSlot(of: ledger)
        try #require(number(ledger, slot + 40) == 1)
        ledger[slot + 40] = 2
        for (index, byte) in withUnsafeBytes(of: UInt64(other).littleEndian, Array.init)
            .enumerated()
        {
            ledger[slot + 64 + index] = byte
        }
        let checksum = crc32c(ledger[slot + 12..<slot + 4096])
        for (index, byte) in withUnsafeBytes(of: checksum.littleEndian, Array.init).enumerated() {
            ledger[slot + 8 + index] = byte
        }
        try write(ledger, toFile: image + "/rows/" + Self.ledger)
        #expect(try damage(image)?.file == "\(other).log")
        unlink(image + "/rows/" + log)
        let found = try #require(try damage(image))
        #expect(found.file == log)
        #expect(found.detail.contains("\(other).log"))
    }

    private func number(_ bytes: [UInt8], _ offset: Int, _ count: Int = 8) -> UInt64 {
        (0..<count).reduce(0) { $0 | UInt64(bytes[offset + $1]) << (8 * UInt64($1)) }
    }

    private func newerSlot(of ledger: [UInt8]) -> Int {
        number(ledger, 16) > number(ledger, 4096 + 16) ? 0 : 4096
    }

    /// A bit at a time.
    private func crc32c(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        var crc = ~UInt32(0)
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 0 ? crc >> 1 : crc >> 1 ^ 0x82F6_3B78 }
        }
        return ~crc
    }

    @Test("files of an earlier time under a later CURRENT's ledger are refused")
    func earlierCurrent() throws {
        let store = try open(path)
        try fill(store, 0..<50)
        try store.close()
        let earlier = folder.path + "/earlier"
        try copyTree(path, to: earlier)
        let again = try open(path)
        try fill(again, 50..<80)
        try again.close()
        // All files of then, beside those of now: CURRENT names the MANIFEST of then.
        for name in names(in: earlier + "/rows") where name != Self.ledger {
            try write(bytes(ofFile: earlier + "/rows/" + name), toFile: path + "/rows/" + name)
        }
        let found = try #require(try damage(path))
        #expect(found.file == "CURRENT" && found.offset == 0)
        // A whole directory of then is one.
        #expect(try open(earlier).rows() == rows(0..<50))
    }

    @Test("a directory without the ledger opens, and gets one: older ones, and copies")
    func withoutLedger() throws {
        try makeImage()
        unlink(image + "/rows/" + Self.ledger)
        try expectAllRows(image)
        #expect(names(in: image + "/rows").contains(Self.ledger))
        let log = try #require(files(image, ".log").last)
        let store = try open(image)
        try store.put(key(1000), [1], .sync)
        let target = folder.path + "/target"
        try copyTree(image, to: target)
        try store.close()
        #expect(names(in: target + "/rows").contains(log) == false)
        for name in files(target, ".log") { unlink(target + "/rows/" + name) }
        #expect(try damage(target)?.file?.hasSuffix(".log") == true)
    }

    @Test(
        "an older program may have used the directory in between: what it did not enter is not asked for"
    )
    func usedWithoutLedger() throws {
        try makeImage()
        let old = try bytes(ofFile: image + "/rows/" + Self.ledger)
        // Opened, written and closed by a program that does not know the ledger.
        unlink(image + "/rows/" + Self.ledger)
        let store = try open(image)
        try store.put(key(300), value(300, 100), .sync)
        try store.close()
        try write(old, toFile: image + "/rows/" + Self.ledger)
        let opened = try open(image)
        #expect(try opened.value(forKey: key(300)) == value(300, 100))
        try opened.close()
    }

    @Test(
        "a ledger whose last writing is torn counts as it was before; one without a whole slot is named"
    )
    func tornLedger() throws {
        try makeImage()
        let whole = try bytes(ofFile: image + "/rows/" + Self.ledger)
        try #require(whole.count == 8192)
        let master = folder.path + "/master"
        try copyTree(image, to: master)
        for slot in 0..<2 {
            try freshImage(of: master)
            var torn = whole
            for index in slot * 4096 + 20..<slot * 4096 + 512 { torn[index] = 0xAA }
            try write(torn, toFile: image + "/rows/" + Self.ledger)
            // The slot before may ask for a log that is gone since; no torn writing leaves that,
            // because a log goes after the writing that strikes it out.
            if let found = try damage(image) { #expect(found.file?.hasSuffix(".log") == true) }
        }
        for broken in [[], Array(whole[..<100]), [UInt8](repeating: 0, count: 8192)] {
            try freshImage(of: master)
            try write(broken, toFile: image + "/rows/" + Self.ledger)
            let found = try #require(try damage(image))
            #expect(found.file == Self.ledger && found.offset == 0)
        }
    }

    @Test("the ledger's bytes are those of its format")
    func golden() throws {
        let store = try open(path)
        try store.put([1], [2], .sync)
        try copyTree(path, to: image)
        try store.close()
        let bytes = try bytes(ofFile: image + "/rows/" + Self.ledger)
        #expect(bytes.count == 8192)
        let slot = newerSlot(of: bytes)
        #expect(Array(bytes[slot..<slot + 8]) == Array("MLFILES\0".utf8))
        #expect(number(bytes, slot + 12, 4) == 1)
        #expect(number(bytes, slot + 16) % 2 == UInt64(slot / 4096))
        let names = names(in: image + "/rows")
        let manifest = try #require(names.first { $0.hasPrefix("MANIFEST") })
        #expect(number(bytes, slot + 24) == UInt64(manifest.dropFirst(9)))
        #expect(
            number(bytes, slot + 32)
                == UInt64(try MartletTestBasics.bytes(ofFile: image + "/rows/" + manifest).count))
        #expect(number(bytes, slot + 40) == 1)
        let log = try #require(names.first { $0.hasSuffix(".log") })
        #expect(number(bytes, slot + 48) == UInt64(log.dropLast(4)))
        #expect(
            number(bytes, slot + 56) == UInt64(try records(inLog: image + "/rows/" + log).count))
        #expect(bytes[slot + 64..<slot + 4096].allSatisfy { $0 == 0 })
        #expect(number(bytes, slot + 8, 4) == UInt64(crc32c(bytes[slot + 12..<slot + 4096])))
    }

    /// Repairs `image` and gives its rows, and how many were said to be lost.
    private func repaired() throws -> (rows: [Row], lostValueCount: Int) {
        let directory = try DataDirectory(path: image)
        let lost = try RocksDBStore.repairLosingDamagedRows(in: directory, options: .small)
        let opened = try RocksDBStore(directory: directory, options: .small)
        let found = try opened.rows()
        try opened.verify()
        try opened.put(key(1000), [1], .sync)
        try opened.close()
        #expect(try damage(image) == nil)
        return (found, lost)
    }

    @Test("a repair goes on with what is left when a log or the ledger is gone bad")
    func repairsLogs() throws {
        try makeImage()
        let master = folder.path + "/master"
        try copyTree(image, to: master)
        let kept = rows(0..<200) + rows(200..<220, 2000) + rows(220..<260)
        let log = try #require(files(master, ".log").last)
        unlink(image + "/rows/" + log)
        #expect(try damage(image)?.file == log)
        #expect(try repaired() == (kept, 0))
        try freshImage(of: master)
        try write([1, 2, 3], toFile: image + "/rows/" + Self.ledger)
        #expect(try damage(image)?.file == Self.ledger)
        #expect(try repaired() == (kept + rows(260..<300), 0))
    }

    @Test("a repair without a whole MANIFEST finds every row, those in blob files and logs, too")
    func repairsManifest() throws {
        try makeImage()
        let master = folder.path + "/master"
        try copyTree(image, to: master)
        let name = try #require(files(master, "").first { $0.hasPrefix("MANIFEST") })
        let whole = try bytes(ofFile: master + "/rows/" + name)
        let ends = fragmentEnds(whole)
        let expected = rows(0..<200) + rows(200..<220, 2000) + rows(220..<300)
        for cut in [nil, 0, ends[0], ends[ends.count / 2], ends[ends.count - 2]] {
            for hasLedger in [true, false] where hasLedger || cut == nil {
                try freshImage(of: master)
                unlink(image + "/rows/" + name)
                if let cut { try write(Array(whole[..<cut]), toFile: image + "/rows/" + name) }
                if !hasLedger { unlink(image + "/rows/" + Self.ledger) }
                #expect(try damage(image)?.file == name)
                #expect(try repaired() == (expected, 0), "cut at \(cut ?? -1)")
            }
        }
    }

    @Test(
        "a repair takes out the rows whose values are in damaged or missing blob files, and counts them"
    )
    func repairsBlobs() throws {
        try makeImage()
        let master = folder.path + "/master"
        try copyTree(image, to: master)
        let name = try #require(files(master, ".blob").first)
        let others = rows(0..<200) + rows(220..<300)
        let whole = try bytes(ofFile: master + "/rows/" + name)
        // Gone, cut, and without its last bytes' meaning: nothing of it can be read.
        for damaged in [nil, Array(whole[..<1000]), whole.dropLast() + [whole.last! ^ 1]] {
            try freshImage(of: master)
            unlink(image + "/rows/" + name)
            if let damaged { try write(damaged, toFile: image + "/rows/" + name) }
            #expect(try repaired() == (others, 20))
        }
        // A byte of one value.
        try freshImage(of: master)
        var damaged = whole
        damaged[whole.count / 2] ^= 8
        try write(damaged, toFile: image + "/rows/" + name)
        let store = try open(image)
        #expect {
            try store.verify()
        } throws: {
            guard case .corruption(let file, let offset?, _) = $0 as? StorageError else {
                return false
            }
            return file == name && offset <= whole.count / 2 && whole.count / 2 - Int(offset) < 2100
        }
        try store.close()
        let found = try repaired()
        #expect(found.lostValueCount == 1 && found.rows.count == others.count + 19)
        #expect(found.rows.allSatisfy { (others + rows(200..<220, 2000)).contains($0) })
        // And the MANIFEST as well.
        try freshImage(of: master)
        let manifest = try #require(files(master, "").first { $0.hasPrefix("MANIFEST") })
        unlink(image + "/rows/" + manifest)
        unlink(image + "/rows/" + name)
        #expect(try repaired() == (others, 20))
    }
}
