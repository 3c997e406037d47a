import Glibc
import MartletKeyValue
import MartletTestBasics
import MartletTestSupport
import MartletThreads
import MartletVectors
import Synchronization
import Testing

@testable import MartletEngine

@Suite struct VectorConcurrencyTests {
    private static let itemCount = 40

    /// Each item has a place of its own, far from others; its version says how far from the middle
    /// of the place its vector is, so a search for the middle tells item and version.
    private struct Versions {
        /// What each item was made in turn, the last maybe not answered yet. Even versions are
        /// deletions.
        var begun = [[Int]](repeating: [0], count: itemCount)
        /// The place in `begun` of the last that was answered.
        var answered = [Int](repeating: 0, count: itemCount)
    }

    private static func middle(_ item: Int) -> [Float] {
        [Float(item * 100), 0, 0, 0, 0, 0]
    }

    private static func known(_ item: Int, _ version: Int) -> KnownItem? {
        guard version % 2 == 1 else { return nil }
        var vector = middle(item)
        vector[1] = Float(version % 4096) / 256
        return KnownItem(vector: vector, tenant: "t\(item % 3)", color: item % 5)
    }

    @Test(
        "beside checkpoints, a search finds every answered write, nothing that was deleted, and no item twice"
    )
    func everyAnsweredWriteIsFound() throws {
        let seconds = 1.5
        let temporary = try TemporaryFolder()
        let fixture = try VectorFixture(
            MemoryStore(), folder: temporary.path + "/vectors", journalLimit: 300)
        let indexes = fixture.indexes
        let index = fixture.index
        let versions = Locked(Versions())
        let keys = (0..<Self.itemCount).map { fixture.rowKey("i\($0)") }
        let faults = Collected<String>()
        let searches = Atomic<Int>(0)
        let isDone = Flag()
        let writer = Handed(fixture)
        onThreads(4) { thread in
            var random = SeededRandom(seed: UInt64(thread))
            if thread == 0 {
                let deadline = ContinuousClock.now + .seconds(seconds)
                while ContinuousClock.now < deadline {
                    var changes: [(name: String, item: KnownItem?)] = []
                    var next: [(Int, Int)] = []
                    versions.withLock { versions in
                        for _ in 0..<random.number(1...6) {
                            let item = random.below(Self.itemCount)
                            // Mostly updates: they skip the even versions.
                            let last = versions.begun[item].last!
                            let isUpdate = last % 2 == 1 && !random.chance(1, in: 6)
                            versions.begun[item].append(last + (isUpdate ? 2 : 1))
                            next.append((item, versions.begun[item].last!))
                        }
                    }
                    for (item, version) in next {
                        changes.append(("i\(item)", Self.known(item, version)))
                    }
                    try! writer.value.write(changes)
                    versions.withLock { versions in
                        for (item, _) in next {
                            versions.answered[item] = versions.begun[item].count - 1
                        }
                    }
                    if random.chance(1, in: 20) { usleep(3000) }
                }
                isDone.set()
                return
            }
            while !isDone.isSet {
                let item = random.below(Self.itemCount)
                let before = versions.withLock { $0.answered[item] }
                let isFiltered = random.chance(1, in: 2)
                let search = VectorSearch(
                    vector: Self.middle(item), k: random.number(1...4),
                    values: isFiltered
                        ? [
                            .text("t\(item % 3)"),
                            random.chance(1, in: 2) ? .integer(item % 5) : nil,
                        ]
                        : [])
                let found = try! indexes.search(search, in: index)!
                // What the item was at some moment of the search.
                let states = versions.withLock { Array($0.begun[item][before...]) }
                searches.add(1, ordering: .relaxed)
                if Set(found.map(\.rowKey)).count != found.count { faults.append("twice") }
                let distances = states.compactMap { Self.known(item, $0)?.vector[1] }
                if let mine = found.first(where: { $0.rowKey == keys[item] }) {
                    if !distances.contains(where: { abs($0 - mine.distance) < 1e-3 }) {
                        faults.append("a version that was not current")
                    }
                } else if distances.count == states.count {
                    faults.append("missing")
                }
            }
        }
        #expect(Set(faults.all).sorted() == [])
        #expect(searches.load(ordering: .relaxed) > 100)
        fixture.settle()
        for item in 0..<Self.itemCount {
            let fault = try fixture.fault(Self.middle(item), k: 3)
            #expect(fault == nil)
        }
        #expect(access(temporary.path + "/vectors/2/graph", F_OK) == 0)
        #expect(fixture.logged.all == [])
        fixture.close()
    }
}

/// A value that one thread after another uses.
private struct Handed<Value>: @unchecked Sendable {
    let value: Value

    init(_ value: Value) { self.value = value }
}
