import MartletTestBasics
import MartletThreads
import Testing

@testable import MartletVectors

/// Answers of one query, without what fills them up.
struct Answer: Equatable {
    var ids: [Int64]
    var distances: [Float]
}

extension IdentifiedIndex {
    static func small(_ parameters: VectorParameters) throws -> IdentifiedIndex {
        try IdentifiedIndex(parameters, capacity: 1 << 17)
    }

    func add(_ vectors: [[Float]], ids: [Int64], threads: Int = 1) throws {
        let flat = vectors.flatMap { $0 }
        try flat.withUnsafeBufferPointer { flat in
            try ids.withUnsafeBufferPointer { try add(flat, ids: $0, threads: threads) }
        }
    }

    @discardableResult
    func remove(_ ids: [Int64]) -> Int {
        ids.withUnsafeBufferPointer { remove($0, threads: 1) }
    }

    /// - Returns: rows as `search` fills them, padding included.
    func rows(
        _ queries: [[Float]], _ options: SearchOptions, allowed: AllowedIDs? = nil, threads: Int = 1
    ) throws -> [Answer] {
        let flat = queries.flatMap { $0 }
        var ids = [Int64](repeating: 77, count: queries.count * options.k)
        var distances = [Float](repeating: 77, count: queries.count * options.k)
        try flat.withUnsafeBufferPointer {
            try search(
                $0, count: queries.count, options, allowed: allowed, threads: threads, ids: &ids,
                distances: &distances)
        }
        return queries.indices.map {
            let row = $0 * options.k..<($0 + 1) * options.k
            return Answer(ids: Array(ids[row]), distances: Array(distances[row]))
        }
    }
}

/// What exact search must answer: by double-precision distances in a plain dictionary.
private func expected(
    _ query: [Float], k: Int, _ model: [Int64: [Float]], _ metric: Metric,
    allowed: (Int64) -> Bool = { _ in true }
) -> [(label: UInt64, distance: Double)] {
    let labelled = model.filter { allowed($0.key) }.map { (label($0.key), $0.value) }
    return nearest(k, to: query, in: Dictionary(uniqueKeysWithValues: labelled), metric)
}

@Suite struct IdentifiedIndexTests {
    @Test(
        "a random history of additions, replacements, removals and files answers as a dictionary",
        arguments: Metric.allCases, CodeKind.allCases)
    func randomHistory(metric: Metric, codes: CodeKind) throws {
        var random = SeededRandom(seed: testSetting("MARTLET_TEST_SEED") ?? 41)
        let data = VectorData(dimensions: 12, &random)
        let folder = try TemporaryFolder()
        let path = folder.path + "/index"
        var index = try IdentifiedIndex.small(
            VectorParameters(dimensions: 12, metric: metric, efConstruction: 60, codes: codes))
        var model: [Int64: [Float]] = [:]
        // Ids far apart, of both signs; few, so that they meet.
        func id() -> Int64 { Int64(random.below(400) - 200) << 33 }
        for _ in 0..<120 {
            switch random.below(10) {
            case 0..<6:
                // An id may come twice in one call.
                let ids = (0..<random.number(1...40)).map { _ in id() }
                let vectors = data.vectors(ids.count, &random)
                try index.add(vectors, ids: ids, threads: random.number(1...3))
                for (id, vector) in zip(ids, vectors) { model[id] = vector }
            case 6..<9:
                let ids = (0..<random.number(1...30)).map { _ in id() }
                let there = Set(ids).filter { model[$0] != nil }
                #expect(index.remove(ids) == there.count, "\(random)")
                for id in there { model[id] = nil }
            default:
                try index.save(to: path)
                index = try IdentifiedIndex(
                    path: path, isMapped: random.chance(1, in: 2), capacity: 1 << 17)
            }
            #expect(index.count == model.count, "\(random)")
            let k = random.number(1...12)
            let query = data.vector(&random)
            let truth = expected(query, k: k, model, metric)
            let found = try index.rows([query], SearchOptions(k: k, isExact: true))[0]
            for i in 0..<k {
                guard i < truth.count else {
                    #expect(found.ids[i] == -1 && found.distances[i] == .infinity, "\(random)")
                    continue
                }
                let error = abs(Double(found.distances[i]) - truth[i].distance)
                #expect(error < 1e-4 * max(1, abs(truth[i].distance)), "\(random)")
            }
            #expect(Set(found.ids.prefix(truth.count)).count == truth.count, "\(random)")
        }
        #expect(index.ids == model.keys.sorted())
        #expect(index.checkInvariants() == [], "\(random)")
        for probe in -200..<200 {
            let id = Int64(probe) << 33
            #expect(index.contains(id) == (model[id] != nil))
        }
    }

    @Test("only allowed ids are returned, however they are named", arguments: [1, 3])
    func allowed(threads: Int) throws {
        var random = SeededRandom(seed: testSetting("MARTLET_TEST_SEED") ?? 42)
        let data = VectorData(dimensions: 16, &random)
        let index = try IdentifiedIndex.small(VectorParameters(dimensions: 16, metric: .euclidean))
        let vectors = data.vectors(3_000, &random)
        try index.add(vectors, ids: (0..<3_000).map { Int64($0) }, threads: 2)
        index.remove([5, 6, 7])
        let queries = data.vectors(40, &random)
        for share in [0, 1, 20, 500, 2_500] {
            // Some beyond the end, which have no vector.
            var mask = [UInt8](repeating: 0, count: 3_100)
            for _ in 0..<share { mask[random.below(3_100)] = 1 }
            let listed = mask.indices.filter { mask[$0] != 0 }.map { Int64($0) } + [-1, 1 << 40]
            let options = SearchOptions(k: 8)
            let byMask = try mask.withUnsafeBufferPointer {
                try index.rows(queries, options, allowed: .mask($0), threads: threads)
            }
            let byList = try listed.withUnsafeBufferPointer {
                try index.rows(queries, options, allowed: .ids($0), threads: threads)
            }
            #expect(byMask == byList)
            let there = listed.count { index.contains($0) }
            for row in byMask {
                let found = row.ids.filter { $0 != -1 }
                #expect(found.count == min(8, there))
                #expect(found.allSatisfy { mask[Int($0)] != 0 && index.contains($0) })
                #expect(row.ids.dropFirst(found.count).allSatisfy { $0 == -1 })
            }
        }
    }

    @Test("many queries on many threads are answered as each alone")
    func threads() throws {
        var random = SeededRandom(seed: 43)
        let data = VectorData(dimensions: 24, &random)
        let index = try IdentifiedIndex.small(VectorParameters(dimensions: 24, metric: .cosine))
        try index.add(data.vectors(4_000, &random), ids: (0..<4_000).map { 9 * $0 }, threads: 1)
        let queries = data.vectors(101, &random)
        let alone = try queries.flatMap { try index.rows([$0], SearchOptions(k: 5)) }
        for threads in [1, 2, 7, 64] {
            #expect(try index.rows(queries, SearchOptions(k: 5), threads: threads) == alone)
        }
        #expect(try index.rows([], SearchOptions(k: 5), threads: 7) == [])
    }

    @Test("what is refused changes nothing")
    func refused() throws {
        let index = try IdentifiedIndex.small(VectorParameters(dimensions: 2, metric: .euclidean))
        try index.add([[1, 2]], ids: [3])
        #expect(throws: VectorError.notFinite(position: 3)) {
            try index.add([[1, 2], [3, .nan]], ids: [3, 4])
        }
        #expect(throws: VectorError.self) { try index.add([[1, 2], [3, 4]], ids: [7, -1]) }
        #expect(throws: VectorError.dimensionMismatch(expected: 4, actual: 2)) {
            try index.add([[1, 2]], ids: [7, 8])
        }
        #expect(throws: VectorError.notFinite(position: 0)) {
            try index.rows([[.infinity, 0]], SearchOptions(k: 1))
        }
        #expect(throws: VectorError.self) { try index.rows([[0, 0]], SearchOptions(k: 0)) }
        #expect(throws: VectorError.self) { try index.rows([[0, 0]], SearchOptions(k: 9, ef: 8)) }
        #expect(throws: VectorError.notFinite(position: 5)) {
            try [Float](arrayLiteral: 1, 2, 3, 4, 5, .nan).withUnsafeBufferPointer(index.check)
        }
        #expect(throws: VectorError.dimensionMismatch(expected: 4, actual: 3)) {
            try [Float](arrayLiteral: 1, 2, 3).withUnsafeBufferPointer(index.check)
        }
        #expect(index.ids == [3])
        #expect(try index.vector(of: 3) == [1, 2] && index.vector(of: 4) == nil)
    }

    @Test("chosen ids follow the largest there ever was, and are chosen once")
    func chosenIDs() throws {
        let index = try IdentifiedIndex.small(VectorParameters(dimensions: 1, metric: .euclidean))
        #expect(try index.reserveIDs(3) == 0..<3)
        try index.add([[1]], ids: [-900])
        #expect(try index.reserveIDs(1) == 3..<4)
        try index.add([[1]], ids: [70])
        index.remove([70])
        #expect(try index.reserveIDs(2) == 71..<73)
        try index.add([[1]], ids: [.max])
        #expect(throws: VectorError.self) { try index.reserveIDs(1) }
        #expect(index.ids == [-900, .max])
    }

    @Test("while ids are replaced from several threads, each is found, and once")
    func replacing() throws {
        var random = SeededRandom(seed: 44)
        let index = try IdentifiedIndex.small(
            VectorParameters(dimensions: 4, metric: .euclidean, efConstruction: 40))
        // Each id has a place of its own, which its vectors hardly leave.
        @Sendable func vector(_ id: Int, _ random: inout SeededRandom) -> [Float] {
            [Float(id % 20), Float(id / 20), Float.random(in: 0...0.1, using: &random), 0]
        }
        let ids = (0..<400).map { Int64($0) }
        try index.add(ids.map { vector(Int($0), &random) }, ids: ids)
        let bad = Locked<[String]>([])
        onThreads(4) { thread in
            var random = SeededRandom(seed: UInt64(100 + thread))
            for _ in 0..<150 {
                do {
                    if thread < 2 {
                        let some = (0..<20).map { _ in Int64(random.below(400)) }
                        try index.add(some.map { vector(Int($0), &random) }, ids: some)
                    } else {
                        let found = try index.rows(
                            [vector(random.below(400), &random)], SearchOptions(k: 30))[0]
                        if Set(found.ids).count != 30 || found.ids.contains(-1) {
                            bad.withLock { $0.append("\(found.ids)") }
                        }
                    }
                } catch { bad.withLock { $0.append("\(error)") } }
            }
        }
        #expect(bad.withLock { $0 } == [])
        #expect(index.ids == ids)
        #expect(index.checkInvariants() == [])
    }
}
