// What is left after a close, a crash, and damage to the files.

import Glibc
import MartletKeyValue
import MartletRocksDBStore
import MartletTestBasics
import Testing

@Suite("On disk") struct DurabilityTests: DiskSuite {
    let folder = try! TemporaryFolder()

    @Test("rows are there after closing and opening again, many times")
    func reopen() throws {
        for round in 0..<5 {
            let store = try open(path)
            #expect(try store.rows() == rows(0..<round * 20))
            try fill(store, round * 20..<(round + 1) * 20)
            try store.close()
        }
        // Logs of past opens do not pile up.
        #expect(files(path, ".log").count <= 2)
    }

    @Test("no file of options is written, and one that is there does not matter")
    func optionsFile() throws {
        let store = try open(path)
        try fill(store, 0..<10)
        try store.close()
        #expect(!names(in: path + "/rows").contains { $0.hasPrefix("OPTIONS") })
        try write(Array("not options".utf8), toFile: path + "/rows/OPTIONS-000003")
        let opened = try open(path)
        #expect(try opened.rows() == rows(0..<10))
        try opened.copy(to: image)
        #expect(try open(image).rows() == rows(0..<10))
    }

    @Test("closing by dropping the last reference keeps rows and frees the directory")
    func dropping() throws {
        var store: RocksDBStore? = try open(path)
        try fill(store!, 0..<10)
        store = nil
        #expect(try open(path).rows() == rows(0..<10))
    }

    @Test("an open store keeps others out, and says who it is")
    func isLocked() throws {
        let store = try open(path)
        let path = path
        #expect(throws: StorageError.locked(path: path, holderProcessID: getpid())) {
            try open(path)
        }
        try store.close()
        try open(path).close()
    }

    @Test("a crash image holds every synced commit, and of the rest a beginning")
    func crashImages() throws {
        let store = try open(path)
        for round in 0..<6 {
            let synced = round * 30 + 20
            try fill(store, round * 30..<synced)
            for number in synced..<synced + 10 {
                try store.put(key(number), value(number, 100), .async)
            }
            if round == 3 { try store.flush() }
            try copyTree(path, to: image)
            let opened = try open(image)
            let found = try opened.rows()
            #expect(found.count >= synced)
            #expect(found == rows(0..<found.count))
            try opened.close()
            removeTree(image)
        }
    }

    @Test("a log cut anywhere gives the commits before the cut")
    func tornLog() throws {
        let store = try open(path)
        try fill(store, 0..<40)
        try copyTree(path, to: image)
        let log = try #require(files(image, ".log").last)
        let whole = try records(inLog: image + "/rows/" + log)
        var random = SeededRandom(seed: 21)
        for _ in 0..<25 {
            let length = Int.random(in: 0...whole.count, using: &random)
            removeTree(image)
            try copyTree(path, to: image)
            try write(Array(whole[..<length]), toFile: image + "/rows/" + log)
            let opened = try open(image)
            let found = try opened.rows()
            // Each commit is a record of its own, of the same length.
            #expect(found == rows(0..<length * 40 / whole.count), "cut at \(length)")
            try opened.close()
        }
    }

    @Test("a damaged last record is dropped: it may never have been whole")
    func tornLastRecord() throws {
        let store = try open(path)
        try fill(store, 0..<40)
        try copyTree(path, to: image)
        let log = try #require(files(image, ".log").last)
        var bytes = try records(inLog: image + "/rows/" + log)
        let last = bytes.count / 40
        for index in bytes.indices.suffix(last / 2) { bytes[index] = 0 }
        // And the zeros of space kept for records to come.
        try write(bytes + [UInt8](repeating: 0, count: 50_000), toFile: image + "/rows/" + log)
        let opened = try open(image)
        #expect(try opened.rows() == rows(0..<39))
    }

    @Test(
        "damage to a log record that others follow is corruption, unless commits are asynchronous",
        arguments: [100, 5000])
    func damagedLog(valueCount: Int) throws {
        // Both many records in a block and records over several; none goes to blob files.
        var options = RocksDBOptions()
        options.memoryBudgetBytes = 64 << 20
        let store = try open(path, options)
        try fill(store, 0..<40, valueCount)
        try copyTree(path, to: image)
        let log = try #require(files(image, ".log").last)
        let whole = try records(inLog: image + "/rows/" + log)
        var random = SeededRandom(seed: 22)
        let recordLength = whole.count / 40
        for step in 0..<40 {
            var damaged = whole
            // The first bytes of each field of a header, then anywhere but the last two records.
            let index =
                step < 7
                ? step : Int.random(in: 0..<whole.count - 2 * recordLength, using: &random)
            damaged[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            removeTree(image)
            try copyTree(path, to: image)
            try write(damaged, toFile: image + "/rows/" + log)
            let image = image
            #expect("byte \(index)") {
                try open(image, options)
            } throws: {
                guard case .corruption(let file, let offset?, _) = $0 as? StorageError else {
                    return false
                }
                return file == log && offset <= index && index - Int(offset) <= 32768
            }
            var lenient = options
            lenient.durability = .async
            let opened = try open(image, lenient)
            let found = try opened.rows()
            #expect(found.count < 39)
            #expect(found == rows(0..<found.count, valueCount))
            try opened.close()
        }
    }

    @Test(
        "a flipped bit in a table or blob file is reported, a table's with its name, and never served"
    )
    func damagedTables() throws {
        let store = try open(path)
        try fill(store, 0..<300)
        try fill(store, 300..<340, 2000)
        let expected = try store.rows()
        try store.close()
        var random = SeededRandom(seed: 23)
        var reported = 0
        let names = files(path, ".sst") + files(path, ".blob")
        #expect(names.count >= 2)
        for name in names {
            let whole = try bytes(ofFile: path + "/rows/" + name)
            for _ in 0..<40 {
                var damaged = whole
                let index = Int.random(in: 0..<whole.count, using: &random)
                damaged[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                removeTree(image)
                try copyTree(path, to: image)
                try write(damaged, toFile: image + "/rows/" + name)
                do throws(StorageError) {
                    let opened = try open(image)
                    for row in expected {
                        let value = try opened.value(forKey: row.key)
                        #expect(value == row.value, "\(name), byte \(index)")
                    }
                    try opened.verify()
                } catch {
                    reported += 1
                    guard case .corruption(let file, _, let detail) = error else {
                        Issue.record("\(name), byte \(index): \(error)")
                        continue
                    }
                    // RocksDB does not say which blob file it is.
                    let isNamed = file == name || name.hasSuffix(".blob") && file == nil
                    #expect(isNamed, "\(name), byte \(index): \(detail)")
                    #expect(!detail.contains("/"))
                }
            }
        }
        // Some bytes are not covered, since nothing depends on them; most are.
        #expect(reported > 60)
    }

    @Test("a missing table file is reported when the store is opened")
    func missingTable() throws {
        let store = try open(path)
        try fill(store, 0..<300)
        try store.close()
        let name = try #require(files(path, ".sst").first)
        unlink(path + "/rows/" + name)
        let path = path
        #expect {
            try open(path)
        } throws: {
            guard case .corruption(let file, _, _) = $0 as? StorageError else { return false }
            return file == name
        }
    }

    @Test("damage to the manifest is reported when the store is opened")
    func damagedManifest() throws {
        let store = try open(path)
        try fill(store, 0..<300)
        try store.close()
        let name = try #require(names(in: path + "/rows").first { $0.hasPrefix("MANIFEST") })
        var bytes = try bytes(ofFile: path + "/rows/" + name)
        bytes[bytes.count / 2] ^= 4
        try write(bytes, toFile: path + "/rows/" + name)
        let path = path
        #expect {
            try open(path)
        } throws: {
            guard case .corruption = $0 as? StorageError else { return false }
            return true
        }
    }

    @Test(
        "a full disk is reported when a commit has no room, acknowledged rows stay, and the store opens again",
        .serialized, arguments: [1 << 20, 60_000])
    func fullDisk(valueCount: Int) throws {
        // A limit on the size of files stands in for a full disk: other tests' files are far below.
        // The shorter values are ones that the log is filled with zeros for.
        let limitBytes = 24 << 20
        var options = RocksDBOptions()
        options.memoryBudgetBytes = 1 << 30
        let store = try open(path, options)
        signal(SIGXFSZ, SIG_IGN)
        var before = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &before)
        var limit = before
        limit.rlim_cur = UInt(limitBytes)
        setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
        var acknowledged = 0
        var failure: (any Error)?
        let value = [UInt8](repeating: 7, count: valueCount)
        while failure == nil, acknowledged <= limitBytes / valueCount {
            do {
                try store.put(key(acknowledged), value, .sync)
                acknowledged += 1
            } catch {
                failure = error
            }
        }
        #expect(failure as? StorageError == .full)
        // Another commit would not have fitted: headers take some hundredths of a percent.
        #expect((acknowledged + 1) * (valueCount + valueCount / 1000) > limitBytes)
        // What is in the log is unknown now, so the store refuses to write more.
        #expect(throws: StorageError.self) { try store.put(key(9999), [1], .sync) }
        #expect(store.statistics.refusesWrites)
        #expect(try store.value(forKey: key(0)) == value)
        try? store.close()
        setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &before)
        let opened = try open(path, options)
        for number in 0..<acknowledged {
            #expect(try opened.value(forKey: key(number)) == value)
        }
        try opened.put(key(9999), [1], .sync)
        #expect(try opened.value(forKey: key(9999)) == [1])
    }

    @Test("a copy is a data directory with the rows of its moment")
    func copying() throws {
        let store = try open(path)
        try fill(store, 0..<50)
        try store.copy(to: image)
        try fill(store, 50..<60)
        let copy = try open(image)
        #expect(try copy.rows() == rows(0..<50))
        #expect(throws: StorageError.self) { try store.copy(to: image) }
        try copy.close()
        #expect(throws: StorageError.self) { try store.copy(to: image) }
    }

    @Test("repair makes a damaged database open again, with what can be read")
    func repairing() throws {
        let store = try open(path)
        try fill(store, 0..<300)
        try store.close()
        let manifest = try #require(names(in: path + "/rows").first { $0.hasPrefix("MANIFEST") })
        unlink(path + "/rows/" + manifest)
        let path = path
        #expect(throws: StorageError.self) { try open(path) }
        let directory = try DataDirectory(path: path)
        #expect(try RocksDBStore.repairLosingDamagedRows(in: directory, options: .small) == 0)
        let opened = try RocksDBStore(directory: directory, options: .small)
        #expect(try opened.rows() == rows(0..<300))
    }
}
