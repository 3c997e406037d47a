// Seeded operations on a store and on a plain model of it, compared as they go.

import MartletKeyValue
import MartletRocksDBStore
import MartletTestBasics
import Testing

@Suite("Random operations") struct RandomOperationsTests {
    @Test(
        "a store and a sorted list agree after every batch",
        arguments: StoreKind.allCases, [1, 2, 3] as [UInt64])
    func storeAgreesWithModel(kind: StoreKind, seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let test = try TestStore(kind)
        var model = ReferenceRows()
        var snapshots: [(any KeyValueSnapshot, ReferenceRows)] = []

        // Few different bytes, so that keys meet; lengths on both sides of the partition prefix.
        func key() -> [UInt8] {
            let stem: [UInt8] = Array(
                repeating: 5, count: [0, 11, 13].randomElement(using: &random)!)
            return stem
                + (0..<Int.random(in: 0...3, using: &random)).map { _ in
                    [0, 1, 2, 0x7F, 0x80, 0xFE, 0xFF].randomElement(using: &random)!
                }
        }
        func range() -> KeyRange {
            switch Int.random(in: 0..<4, using: &random) {
            case 0: return .prefix(key())
            case 1: return KeyRange(lower: key(), upper: nil)
            default: return KeyRange(lower: key(), upper: key())
            }
        }
        func check(_ readable: any KeyValueReadable, _ model: ReferenceRows, _ step: Int) throws {
            let range = range()
            for direction in [ScanDirection.forward, .reverse] {
                #expect(
                    try readable.rows(in: range, direction) == model.rows(in: range, direction),
                    "seed \(seed), step \(step), \(range), \(direction)")
            }
            let keys = (0..<5).map { _ in key() }
            let expected = keys.map { model.values[$0] }
            #expect(try readable.values(forKeys: keys) == expected, "seed \(seed), step \(step)")
            for (key, value) in zip(keys, expected) {
                #expect(try readable.value(forKey: key) == value, "seed \(seed), step \(step)")
            }
        }

        for step in 0..<200 {
            var batch = WriteBatch()
            for _ in 0..<Int.random(in: 0...12, using: &random) {
                switch Int.random(in: 0..<20, using: &random) {
                case 0:
                    let range = range()
                    // Narrow ranges, or the model would stay empty.
                    guard model.rows(in: range).count < 30 else { continue }
                    batch.deleteRange(range)
                    model.deleteRange(range)
                case 1..<6:
                    let key = key()
                    batch.delete(key)
                    model.delete(key)
                default:
                    let key = key()
                    let size = [0, 1, 20, 600, 3000].randomElement(using: &random)!
                    let value = [UInt8](repeating: UInt8(step & 0xFF), count: size)
                    batch.put(key, value)
                    model.put(key, value)
                }
            }
            try test.store.commit(batch, step % 50 == 0 ? .sync : .async)
            try check(test.store, model, step)
            if step % 40 == 7 { snapshots.append((try test.store.snapshot(), model)) }
            if step % 70 == 50 { snapshots.removeFirst() }
            if let (snapshot, model) = snapshots.randomElement(using: &random) {
                try check(snapshot, model, step)
            }
            if step % 60 == 30, let store = test.store as? RocksDBStore { try store.flush() }
            if step % 90 == 75, let store = test.store as? RocksDBStore { try store.compact() }
        }
        #expect(try test.store.rows() == model.rows(), "seed \(seed)")
    }
}
