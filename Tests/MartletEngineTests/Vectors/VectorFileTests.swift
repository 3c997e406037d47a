import Glibc
import MartletKeyValue
import MartletTestBasics
import MartletTestSupport
import MartletThreads
import MartletVectors
import Synchronization
import Testing

@testable import MartletEngine

@Suite struct VectorFileTests {
    /// Writes so many items in groups; enough for codes and a graph.
    private func fill(
        _ fixture: VectorFixture, _ count: Int, _ random: inout SeededRandom
    ) throws {
        for start in stride(from: 0, to: count, by: 50) {
            try fixture.write(
                (start..<min(start + 50, count)).map { number in
                    (
                        name: "i\(number)",
                        item: KnownItem.random(&random, dimensions: VectorFixture.dimensions)
                    )
                })
        }
    }

    private func expectRight(
        _ fixture: VectorFixture, _ random: inout SeededRandom, _ comment: String
    ) throws {
        for _ in 0..<6 {
            let query = KnownItem.random(&random, dimensions: VectorFixture.dimensions)
            let fault = try fixture.fault(
                query.vector, k: 10, tenant: random.chance(1, in: 2) ? query.tenant : nil,
                color: random.chance(1, in: 3) ? query.color : nil)
            #expect(fault == nil, "\(comment), \(random)")
        }
    }

    private func files(_ folder: String) -> VectorFiles {
        VectorFiles(folder: folder + "/vectors", indexID: 2)
    }

    /// Ends the process and opens what it left.
    private func reopened(_ fixture: VectorFixture, _ folder: String) throws -> VectorFixture {
        let rows = try (fixture.store as! MemoryStore).memorySnapshot()
        fixture.close()
        return try VectorFixture(
            MemoryStore(contentsOf: rows), folder: folder + "/vectors", items: fixture.items)
    }

    @Test("a closed index opens from its file, without a look at the items")
    func reopening() throws {
        let temporary = try TemporaryFolder()
        try withExtendedLifetime(temporary) {
            let folder = temporary.path
            var random = SeededRandom(seed: 21)
            var fixture = try VectorFixture(MemoryStore(), folder: folder + "/vectors")
            try fill(fixture, 600, &random)
            fixture.settle()
            for round in 0..<4 {
                fixture = try reopened(fixture, folder)
                #expect(fixture.logged.all == [])
                #expect(fixture.live.book.withLock { $0.remaining == nil })
                try expectRight(fixture, &random, "round \(round)")
                try fixture.write(
                    (0..<30).map { _ in
                        (
                            name: "i\(random.below(700))",
                            item: random.chance(1, in: 3)
                                ? nil
                                : KnownItem.random(
                                    &random, dimensions: VectorFixture.dimensions)
                        )
                    })
                try expectRight(fixture, &random, "round \(round), changed")
            }
            fixture.close()
        }
    }

    @Test(
        "a damaged or cut file is never answered from: the index is made again, and a line says so")
    func damage() throws {
        let temporary = try TemporaryFolder()
        try withExtendedLifetime(temporary) {
            let folder = temporary.path
            var random = SeededRandom(seed: 22)
            let fixture = try VectorFixture(MemoryStore(), folder: folder + "/vectors")
            try fill(fixture, 400, &random)
            fixture.settle()
            let rows = try (fixture.store as! MemoryStore).memorySnapshot()
            fixture.close()
            let path = files(folder).path
            let whole = try bytes(ofFile: path)
            for (place, changed) in damaged(whole, &random) {
                try write(changed, toFile: path)
                let opened = try VectorFixture(
                    MemoryStore(contentsOf: rows), folder: folder + "/vectors",
                    items: fixture.items)
                try expectRight(opened, &random, place)
                // Vectors are checked when they are used; an insertion uses all.
                try opened.write([
                    ("i0", KnownItem.random(&random, dimensions: VectorFixture.dimensions))
                ])
                opened.settle()
                try expectRight(opened, &random, place)
                #expect(opened.logged.all.count == 1, "\(place): \(opened.logged.all)")
                opened.close()
            }
        }
    }

    /// The file with one byte changed in its head and in each section, and cut at a few places.
    private func damaged(
        _ whole: [UInt8], _ random: inout SeededRandom
    ) -> [(place: String, bytes: [UInt8])] {
        func number(at offset: Int) -> Int {
            whole[offset..<offset + 8].reversed().reduce(0) { $0 << 8 | Int($1) }
        }
        let sectionCount = Int(whole[12])
        var ranges = [("the head", 0..<24 + 32 * sectionCount)]
        for section in 0..<sectionCount {
            let start = number(at: 24 + 32 * section + 8)
            let count = number(at: 24 + 32 * section + 16)
            if count > 0 { ranges.append(("section \(section)", start..<start + count)) }
        }
        var results: [(place: String, bytes: [UInt8])] = []
        for (place, range) in ranges {
            var bytes = whole
            bytes[random.pick(range)] ^= UInt8(random.number(1...255))
            results.append((place, bytes))
        }
        for _ in 0..<3 {
            results.append(("cut", Array(whole[..<random.below(whole.count)])))
        }
        return results
    }

    @Test("a file that is older or newer than the rows, or another database's, is not used")
    func otherStates() throws {
        let temporary = try TemporaryFolder()
        try withExtendedLifetime(temporary) {
            let folder = temporary.path
            var random = SeededRandom(seed: 23)
            var fixture = try VectorFixture(MemoryStore(), folder: folder + "/vectors")
            try fill(fixture, 400, &random)
            fixture.settle()
            let early = (try (fixture.store as! MemoryStore).memorySnapshot(), fixture.items)
            fixture = try reopened(fixture, folder)
            let earlyFile = try bytes(ofFile: files(folder).path)
            try fill(fixture, 400, &random)
            fixture.settle()
            fixture = try reopened(fixture, folder)
            let late = (try (fixture.store as! MemoryStore).memorySnapshot(), fixture.items)
            fixture.close()
            let lateFile = try bytes(ofFile: files(folder).path)
            for (rows, file, isSame) in [
                (early, earlyFile, true), (late, lateFile, true), (early, lateFile, false),
            ] {
                try write(file, toFile: files(folder).path)
                let opened = try VectorFixture(
                    MemoryStore(contentsOf: rows.0), folder: folder + "/vectors", items: rows.1)
                #expect(opened.logged.all.isEmpty == isSame)
                try expectRight(opened, &random, "\(isSame)")
                opened.close()
            }
            // The journal still has what the early file lacks, or it is refused.
            try write(earlyFile, toFile: files(folder).path)
            let opened = try VectorFixture(
                MemoryStore(contentsOf: late.0), folder: folder + "/vectors", items: late.1)
            try expectRight(opened, &random, "an early file")
            opened.close()
        }
    }

    @Test(
        "what a process leaves at any moment opens right: rows, and files that may be half written")
    func crashes() throws {
        let temporary = try TemporaryFolder()
        try withExtendedLifetime(temporary) {
            var random = SeededRandom(seed: 24)
            var store = MemoryStore()
            var items: [String: KnownItem] = [:]
            var fileCount = 0
            for life in 0..<12 {
                let folder = temporary.path + "/\(life)"
                if life == 0 { #expect(mkdir(folder, 0o700) == 0) }
                let fixture = try VectorFixture(
                    store, folder: folder, items: items, journalLimit: 60)
                try expectRight(fixture, &random, "life \(life)")
                for _ in 0..<random.number(5...40) {
                    try fixture.write(
                        (0..<random.number(1...20)).map { _ in
                            (
                                name: "i\(random.below(400))",
                                item: random.chance(1, in: 4)
                                    ? nil
                                    : KnownItem.random(
                                        &random, dimensions: VectorFixture.dimensions)
                            )
                        })
                    if random.chance(1, in: 8) { fixture.settle() }
                }
                try expectRight(fixture, &random, "life \(life), changed")
                // What is on the disk of a process that ends here.
                let isEarly = random.chance(1, in: 2)
                if isEarly { try copyTree(folder, to: temporary.path + "/\(life + 1)") }
                store = MemoryStore(
                    contentsOf: try (fixture.store as! MemoryStore).memorySnapshot())
                if !isEarly { try copyTree(folder, to: temporary.path + "/\(life + 1)") }
                items = fixture.items
                fileCount += access(folder + "/2/graph", F_OK) == 0 ? 1 : 0
                fixture.close()
            }
            #expect(fileCount > 6)
        }
    }

    @Test("files of indexes that are gone are removed, also those of a crash")
    func removal() throws {
        let temporary = try TemporaryFolder()
        try withExtendedLifetime(temporary) {
            let folder = temporary.path
            let vectors = folder + "/vectors"
            #expect(mkdir(vectors, 0o700) == 0)
            for name in ["7", "2", "notes"] {
                #expect(mkdir(vectors + "/" + name, 0o700) == 0)
                for file in ["graph", "graph.new"] {
                    try write([1, 2, 3], toFile: "\(vectors)/\(name)/\(file)")
                }
            }
            let fixture = try VectorFixture(MemoryStore(), folder: vectors)
            #expect(access(vectors + "/7", F_OK) != 0)
            #expect(access(vectors + "/2/graph.new", F_OK) != 0)
            #expect(access(vectors + "/notes/graph", F_OK) == 0)
            fixture.close()
        }
    }
}
