import MartletTestBasics
import Testing

@testable import MartletVectors

@Suite struct IndexPersistenceTests {
    private static func saved(
        _ parameters: VectorParameters, _ vectors: [[Float]], in folder: TemporaryFolder
    ) throws -> (index: HNSWIndex, path: String) {
        let index = try HNSWIndex.small(parameters)
        let slots = try index.insertAll(vectors)
        for slot in slots where slot % 7 == 3 { index.remove(slot) }
        let writer = try IndexFileWriter(path: folder.path + "/index")
        try index.withWritersPaused { try index.write(to: writer) }
        try writer.finish()
        return (index, writer.path)
    }

    private static func opened(_ path: String, _ residence: VectorResidence) throws -> HNSWIndex {
        try HNSWIndex(
            mapping: IndexFile(path: path), residence: residence, capacity: 1 << 17)
    }

    @Test(
        "an opened index answers as the written one did, before and after its loading into memory",
        arguments: VectorResidence.allCases, CodeKind.allCases)
    func reopened(residence: VectorResidence, codes: CodeKind) throws {
        var random = SeededRandom(seed: 51)
        let folder = try TemporaryFolder()
        for metric in Metric.allCases {
            let data = VectorData(dimensions: 20, isHalf: metric == .cosine, &random)
            let (index, path) = try Self.saved(
                VectorParameters(dimensions: 20, metric: metric, codes: codes),
                data.vectors(1500, &random), in: folder)
            let again = try Self.opened(path, residence)
            #expect(again.parameters.residence == residence)
            #expect(again.count == index.count && again.slotCount == index.slotCount)
            #expect(again.checkInvariants() == [])
            let queries = data.vectors(10, &random)
            for round in 0..<2 {
                for query in queries {
                    for isExact in [false, true] {
                        let options = SearchOptions(k: 10, isExact: isExact)
                        #expect(
                            try again.search(query, options) == index.search(query, options))
                    }
                }
                if round == 0 { try again.loadIntoMemory() }
            }
            let statistics = again.statistics
            #expect((statistics.rows.mapped == 0) == (residence == .memory))
            #expect((statistics.links.mapped == 0) == (residence != .mapped))
            #expect(
                statistics.codes.mapped == 0 || residence == .mapped && codes != .none)
            #expect(
                statistics.inMemory + statistics.mapped
                    == index.statistics.inMemory + index.statistics.mapped)

            // It goes on as an index like any other.
            let slot = try again.insert(queries[0], label: 77_777)
            let nearest = try again.search(queries[0], SearchOptions(k: 10, isExact: true))
            #expect(metric == .dotProduct || nearest.contains { $0.slot == slot })
            #expect(!again.repair().isEmpty)
            #expect(again.checkInvariants() == [])
        }
    }

    @Test("an empty index is written and opened, too", arguments: VectorResidence.allCases)
    func empty(residence: VectorResidence) throws {
        let folder = try TemporaryFolder()
        let (_, path) = try Self.saved(
            VectorParameters(dimensions: 3, metric: .euclidean, m: 5, codes: .int8), [], in: folder)
        let again = try Self.opened(path, residence)
        #expect(
            again.parameters
                == VectorParameters(
                    dimensions: 3, metric: .euclidean, m: 5, codes: .int8, residence: residence))
        #expect(try again.search([1, 2, 3], SearchOptions(k: 1)) == [])
        try again.loadIntoMemory()
        try again.insert([1, 2, 3], label: 5)
        #expect(try again.search([1, 2, 3], SearchOptions(k: 1)).map(\.label) == [5])
    }

    @Test("damage anywhere is an error before a result, never a wrong result")
    func damage() throws {
        var random = SeededRandom(seed: 52)
        let folder = try TemporaryFolder()
        let data = VectorData(dimensions: 16, &random)
        let vectors = data.vectors(1200, &random)
        let (_, path) = try Self.saved(
            VectorParameters(dimensions: 16, metric: .cosine), vectors, in: folder)
        let whole = try bytes(ofFile: path)
        let file = try IndexFile(path: path)
        let sections = (1...12).compactMap { file.entry(of: IndexSection(rawValue: $0)) }
        #expect(sections.count == 12)
        for section in sections {
            for place in [0, section.byteCount / 2, section.byteCount - 1] {
                var damaged = whole
                damaged[section.offset + place] ^= UInt8(1 << random.below(8))
                try write(damaged, toFile: path)
                expectDamage(path, "section \(section.kind)") {
                    let index = try Self.opened(path, .mapped)
                    // Vectors are checked when they are first used.
                    for vector in vectors {
                        _ = try index.search(vector, SearchOptions(k: 1, isExact: true))
                    }
                }
                expectDamage(path, "section \(section.kind)") {
                    try Self.opened(path, .memory).loadIntoMemory()
                }
                expectDamage(path, "section \(section.kind)") {
                    try Self.opened(path, .mapped).insert(vectors[0], label: 0)
                }
            }
        }
    }

    @Test("bytes in order but out of place are damage, too")
    func wrongSections() throws {
        var random = SeededRandom(seed: 53)
        let folder = try TemporaryFolder()
        let data = VectorData(dimensions: 16, &random)
        let (_, path) = try Self.saved(
            VectorParameters(dimensions: 16, metric: .cosine, m: 4), data.vectors(1200, &random),
            in: folder)
        let file = try IndexFile(path: path)
        /// The file with a section's bytes changed, all checksums right.
        func rewrite(_ kind: IndexSection, _ change: (inout [UInt8]) -> Void) throws -> String {
            let writer = try IndexFileWriter(path: folder.path + "/changed")
            for raw in 1...12 as ClosedRange<UInt32> {
                let section = IndexSection(rawValue: raw)
                guard let bytes = try file.bytes(of: section) else { continue }
                var copy = Array(bytes)
                if section == kind { change(&copy) }
                try writer.begin(section, flags: file.entry(of: section)!.flags)
                try copy.withUnsafeBytes { try writer.append($0) }
                try writer.end()
            }
            try writer.finish()
            return writer.path
        }
        let changes: [(IndexSection, (inout [UInt8]) -> Void)] = [
            (.parameters, { $0[0] = 17 }), (.parameters, { $0[4] = 9 }),
            (.parameters, { $0[8] = 1 }), (.parameters, { $0[16] &+= 1 }),
            (.parameters, { $0[24] &+= 1 }), (.parameters, { $0[28] &+= 1 }),
            (.parameters, { $0.removeLast() }), (.rows, { $0.removeLast() }),
            (.rowChecksums, { $0.removeLast() }), (.norms, { $0 = [] }),
            (.quantizer, { $0[6] = 1 }), (.codes, { $0.append(0) }),
            (.links, { $0[1] = 0x7F }), (.links, { $0.removeLast(4) }),
            (.directory, { for i in stride(from: 3, to: $0.count, by: 4) { $0[i] = 0x20 } }),
            (.blocks, { $0[3] = 0x01 }), (.labels, { $0 = [] }),
            (.linked, { $0[0] = 0 }), (.live, { $0[$0.count - 1] = 0xFF }),
        ]
        for (i, (kind, change)) in changes.enumerated() {
            let path = try rewrite(kind, change)
            expectDamage(path, "change \(i)") { _ = try Self.opened(path, .mapped) }
        }
    }

    @Test(
        "a mapped index that was written takes the file in the place of memory, and goes on",
        arguments: [VectorResidence.mappedVectors, .mapped])
    func adoption(residence: VectorResidence) throws {
        var random = SeededRandom(seed: 54)
        let folder = try TemporaryFolder()
        let data = VectorData(dimensions: 64, &random)
        let index = try HNSWIndex.small(
            VectorParameters(dimensions: 64, metric: .euclidean, residence: residence))
        var model: [UInt64: [Float]] = [:]
        for round in 0..<3 {
            let vectors = data.vectors(1100, &random)
            let slots = try index.insertAll(vectors, firstLabel: round * 1100)
            for (i, vector) in vectors.enumerated() { model[UInt64(round * 1100 + i)] = vector }
            for slot in slots where slot % 5 == 0 {
                model[index.label(at: slot)] = nil
                index.remove(slot)
            }
            index.repair()
            let writer = try IndexFileWriter(path: folder.path + "/index")
            try index.withWritersPaused {
                try index.write(to: writer)
                try writer.seal()
                try index.adopt(IndexFile(path: writer.temporaryPath))
            }
            try writer.finish()
            let statistics = index.statistics
            #expect(statistics.rows.mapped > 0 && statistics.rows.inMemory == 0)
            #expect((statistics.links.mapped > 0) == (residence == .mapped))
            #expect((statistics.codes.mapped > 0) == (residence == .mapped))
            let recall = try index.recall(
                data.vectors(20, &random), model, SearchOptions(k: 10))
            #expect(recall >= 0.95, "\(random)")
            #expect(index.checkInvariants() == [])
        }
    }
}
