import MartletTestBasics
import Synchronization
import Testing

@testable import MartletVectors

@Suite struct ConcurrencyTests {
    /// What all threads share.
    private final class State: Sendable {
        let index: HNSWIndex
        /// Vectors that stay, by label: searches must always find them.
        let kept: [UInt64: [Float]]
        let isDone = Atomic(false)
        let failures = Mutex<[String]>([])

        init(_ index: HNSWIndex, kept: [UInt64: [Float]]) {
            self.index = index
            self.kept = kept
        }

        func expect(_ holds: Bool, _ text: @autoclosure () -> String) {
            if !holds { failures.withLock { $0.append(text()) } }
        }
    }

    @Test(
        "threads insert, remove, search, repair and write at once, and searches find what is there",
        arguments: [CodeKind.int4, .none])
    func everythingAtOnce(codes: CodeKind) throws {
        var random = SeededRandom(seed: 61)
        let folder = try TemporaryFolder()
        let data = VectorData(dimensions: 12, &random)
        let index = try HNSWIndex.small(
            VectorParameters(
                dimensions: 12, metric: .cosine, m: 8, efConstruction: 40, codes: codes))
        var kept: [UInt64: [Float]] = [:]
        for (label, vector) in data.vectors(900, &random).enumerated() {
            try index.insert(vector, label: UInt64(label))
            kept[UInt64(label)] = vector
        }
        let state = State(index, kept: kept)
        let rounds = 500
        onThreads(5) { thread in
            var random = SeededRandom(seed: 62 + UInt64(thread))
            do {
                switch thread {
                case 0, 1:
                    try Self.change(state, data, thread: thread, rounds: rounds, &random)
                    if thread == 0 { state.isDone.store(true, ordering: .releasing) }
                case 2: try Self.maintain(state, folder)
                default: try Self.search(state, data, &random)
                }
            } catch {
                state.expect(false, "thread \(thread): \(error)")
                state.isDone.store(true, ordering: .releasing)
            }
        }
        #expect(state.failures.withLock { $0 } == [])
        #expect(index.checkInvariants() == [])
        index.repair()
        #expect(index.checkInvariants() == [])
        let exact = try index.search(
            data.vector(&random), SearchOptions(k: 100_000, isExact: true))
        #expect(exact.count == index.count)
        #expect(Set(exact.map(\.label)).isSuperset(of: kept.keys))
    }

    /// Inserts and removes vectors of its own; some do not fit half precision.
    private static func change(
        _ state: State, _ data: VectorData, thread: Int, rounds: Int,
        _ random: inout SeededRandom
    ) throws {
        var own: [(slot: Slot, label: UInt64)] = []
        for round in 0..<rounds {
            let label = UInt64(thread + 1) << 32 | UInt64(round)
            var vector = data.vector(&random)
            if round == rounds / 2 { vector[0] += 1e-6 }
            let slot = try state.index.insert(vector, label: label)
            state.expect(state.index.label(at: slot) == label, "another label")
            own.append((slot, label))
            if random.chance(2, in: 3) {
                let (slot, label) = own.remove(at: random.below(own.count))
                state.expect(state.index.label(at: slot) == label, "a slot was used twice")
                state.expect(state.index.remove(slot), "a live slot was not")
            }
        }
    }

    private static func maintain(_ state: State, _ folder: TemporaryFolder) throws {
        var number = 0
        while !state.isDone.load(ordering: .acquiring) {
            if state.index.needsRepair { state.index.repair(threads: 1 + number % 2) }
            let writer = try IndexFileWriter(path: folder.path + "/index-\(number % 2)")
            try state.index.withWritersPaused { try state.index.write(to: writer) }
            try writer.finish()
            let opened = try HNSWIndex(
                mapping: IndexFile(path: writer.path), residence: .memory, capacity: 1 << 14)
            let faults = opened.checkInvariants()
            state.expect(faults.isEmpty, "written: \(faults)")
            state.expect(opened.count >= state.kept.count, "written without what stays")
            try opened.loadIntoMemory()
            number += 1
        }
    }

    private static func search(
        _ state: State, _ data: VectorData, _ random: inout SeededRandom
    ) throws {
        let labels = state.kept.keys.sorted()
        while !state.isDone.load(ordering: .acquiring) {
            let label = random.pick(labels)
            try state.index.withReadPin {
                let found = try state.index.search(
                    state.kept[label]!, SearchOptions(k: 10, isExact: random.chance(1, in: 4)))
                state.expect(found.count == 10, "\(found.count) of 10 found")
                let nearest = found.map(\.distance).min() ?? 2
                state.expect(nearest < 1e-4, "not found: \(label)")
                for neighbor in found {
                    // Removed meanwhile, perhaps, but not yet anything else.
                    state.expect(
                        state.index.label(at: neighbor.slot) == neighbor.label,
                        "a slot was used again under a reader")
                }
            }
        }
    }

    @Test("an index built by several threads is as good as one built by one")
    func parallelBuild() throws {
        var random = SeededRandom(seed: 63)
        let data = VectorData(dimensions: 16, &random)
        let vectors = data.vectors(3000, &random)
        let queries = data.vectors(50, &random)
        let model = Dictionary(
            uniqueKeysWithValues: vectors.enumerated().map { (UInt64($0), $1) })
        for threads in [1, 4] {
            let index = try HNSWIndex.small(VectorParameters(dimensions: 16, metric: .euclidean))
            let slots = try index.insertAll(vectors, threads: threads)
            #expect(Set(slots).count == 3000 && index.count == 3000)
            #expect(index.checkInvariants() == [])
            #expect(try index.recall(queries, model, SearchOptions(k: 10)) >= 0.95)
        }
    }
}
