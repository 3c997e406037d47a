import MartletKeyValue
import Testing

@Suite("A write batch") struct WriteBatchTests {
    @Test("lays its records out as its header says, and as the shim reads them")
    func layout() {
        var batch = WriteBatch()
        batch.put([1, 2], [3, 4, 5])
        batch.delete([6])
        batch.deleteRange(KeyRange(lower: [7], upper: [8, 9]))
        batch.deleteRange(KeyRange(lower: [10], upper: nil))
        let expected: [UInt8] =
            [0, 2, 0, 0, 0, 3, 0, 0, 0, 1, 2, 3, 4, 5]
            + [1, 1, 0, 0, 0, 0, 0, 0, 0, 6]
            + [2, 1, 0, 0, 0, 2, 0, 0, 0, 7, 8, 9]
            + [2, 1, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 10]
        #expect(batch.withRecords { Array($0) } == expected)
        #expect(batch.byteCount == expected.count)
        #expect(batch.count == 4)
        #expect(batch.deletesRanges == true)
    }

    @Test("counts what it holds, drops empty ranges, and can be used again")
    func counting() {
        var batch = WriteBatch(capacityBytes: 100)
        #expect(batch.isEmpty == true)
        batch.deleteRange(KeyRange(lower: [2], upper: [1]))
        #expect(batch.isEmpty == true)
        #expect(batch.deletesRanges == false)
        batch.put([], [])
        #expect(batch.count == 1)
        batch.removeAll(keepingCapacity: true)
        #expect(batch.isEmpty == true)
        #expect(batch.byteCount == 0)
    }

    @Test("appends another batch's changes after its own")
    func appending() throws {
        var first = WriteBatch()
        first.put([1], [1])
        first.put([2], [1])
        var second = WriteBatch()
        second.put([1], [2])
        second.deleteRange(KeyRange(lower: [2], upper: [3]))
        first.append(second)
        #expect(first.count == 4)
        #expect(first.deletesRanges == true)
        let store = MemoryStore()
        try store.commit(first, .sync)
        #expect(try store.values(forKeys: [[1], [2]]) == [[2], nil])
    }

    @Test("takes spans as it takes arrays")
    func spans() {
        let key: [UInt8] = [1, 2, 3]
        let value: [UInt8] = [4]
        var arrays = WriteBatch()
        arrays.put(key, value)
        arrays.delete(key)
        var spans = WriteBatch()
        spans.put(key.span.bytes, value.span.bytes)
        spans.delete(key.span.bytes)
        #expect(arrays.withRecords { Array($0) } == spans.withRecords { Array($0) })
    }
}
