import MartletTestBasics
import Testing

@testable import MartletVectors

@Suite struct IdentifiedFileTests {
    private static func made(_ count: Int, _ random: inout SeededRandom) throws -> IdentifiedIndex {
        let data = VectorData(dimensions: 8, &random)
        let index = try IdentifiedIndex.small(
            VectorParameters(dimensions: 8, metric: .cosine, efConstruction: 40))
        try index.add(
            data.vectors(count, &random), ids: (0..<Int64(count)).map { $0 * 1_000_003 - 5_000 })
        return index
    }

    @Test("a file answers as the index that wrote it and goes on after it", arguments: [0, 1, 900])
    func again(count: Int) throws {
        var random = SeededRandom(seed: 45)
        let folder = try TemporaryFolder()
        let path = folder.path + "/index"
        let index = try Self.made(count, &random)
        let next = try index.reserveIDs(5).upperBound
        try index.save(to: path)
        let queries = VectorData(dimensions: 8, &random).vectors(9, &random)
        for isMapped in [false, true] {
            let again = try IdentifiedIndex(path: path, isMapped: isMapped, capacity: 1 << 17)
            #expect(again.ids == index.ids)
            #expect(
                try again.rows(queries, SearchOptions(k: 4))
                    == index.rows(queries, SearchOptions(k: 4)))
            #expect(try again.reserveIDs(1).lowerBound == next)
        }
    }

    @Test("the section of the ids has these bytes")
    func bytes() throws {
        let folder = try TemporaryFolder()
        let index = try IdentifiedIndex.small(VectorParameters(dimensions: 1, metric: .euclidean))
        try index.add([[1]], ids: [0x0102_0304_0506])
        try index.save(to: folder.path + "/index")
        let file = try IndexFile(path: folder.path + "/index")
        // Copied while the file is there.
        let section = try file.bytes(of: .identified).map(Array.init)
        withExtendedLifetime(file) {}
        #expect(section == [0x4D, 0x49, 0x44, 0x58, 1, 0, 0, 0, 6, 5, 4, 3, 2, 1, 0, 0])
    }

    @Test("a file with a byte changed or its end missing is refused with its name and the place")
    func damage() throws {
        var random = SeededRandom(seed: testSetting("MARTLET_TEST_SEED") ?? 46)
        let folder = try TemporaryFolder()
        let path = folder.path + "/index"
        let index = try Self.made(400, &random)
        try index.save(to: path)
        let whole = try MartletTestBasics.bytes(ofFile: path)
        let ids = index.ids
        for trial in 0..<200 {
            var bytes = whole
            if trial % 4 == 0 {
                bytes.removeLast(random.number(1...whole.count - 1))
            } else {
                bytes[random.below(bytes.count)] ^= UInt8(random.number(1...255))
            }
            try write(bytes, toFile: path)
            do throws(VectorError) {
                // What is not read is not damaged: fill at the ends of sections.
                let again = try IdentifiedIndex(path: path, isMapped: false, capacity: 1 << 17)
                #expect(again.ids == ids && again.checkInvariants() == [], "\(random)")
            } catch {
                guard case .corruptFile(path, let offset, _) = error else {
                    Issue.record("\(error) \(random)")
                    continue
                }
                #expect((0...whole.count).contains(offset), "\(random)")
            }
        }
    }

    @Test("a file of an index without ids is refused; a failed save leaves the file of before")
    func otherFiles() throws {
        var random = SeededRandom(seed: 47)
        let folder = try TemporaryFolder()
        let path = folder.path + "/index"
        let bare = try HNSWIndex.small(VectorParameters(dimensions: 1, metric: .euclidean))
        try bare.insert([1], label: 1)
        let writer = try IndexFileWriter(path: path)
        try bare.write(to: writer)
        try writer.finish()
        #expect(throws: VectorError.self) { try IdentifiedIndex(path: path) }

        let index = try Self.made(3, &random)
        #expect(throws: VectorError.self) { try index.save(to: folder.path + "/none/index") }
        try index.save(to: path)
        #expect(try IdentifiedIndex(path: path, isMapped: false, capacity: 1 << 17).count == 3)
        #expect(throws: VectorError.fileFailed(path: folder.path + "/absent", errno: 2)) {
            try IdentifiedIndex(path: folder.path + "/absent")
        }
    }
}
