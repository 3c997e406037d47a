import MartletKeyValue
import Testing

@Suite("A key range") struct KeyRangeTests {
    @Test(
        "of a prefix ends at the first key without it",
        arguments: [
            ([], nil), ([1], [2]), ([1, 0xFF], [2]), ([0xFF], nil), ([0xFF, 0xFF], nil),
            ([0, 0xFF, 0xFF], [1]), ([5, 0], [5, 1]),
        ] as [([UInt8], [UInt8]?)])
    func prefixRanges(prefix: [UInt8], upper: [UInt8]?) {
        #expect(KeyRange.prefix(prefix) == KeyRange(lower: prefix, upper: upper))
    }

    @Test("contains its lower bound and not its upper one")
    func containment() {
        let range = KeyRange(lower: [1], upper: [3])
        #expect(range.contains([1]))
        #expect(range.contains([2, 0xFF]))
        #expect(!range.contains([3]))
        #expect(!range.contains([0, 0xFF]))
        #expect(KeyRange.all.contains([]))
        #expect(KeyRange(lower: [2], upper: nil).contains([0xFF]))
    }

    @Test("is empty when no key is below its upper bound")
    func emptiness() {
        #expect(KeyRange(lower: [1], upper: [1]).isEmpty)
        #expect(KeyRange(lower: [2], upper: [1, 5]).isEmpty)
        #expect(KeyRange(lower: [], upper: []).isEmpty)
        #expect(!KeyRange(lower: [1], upper: [1, 0]).isEmpty)
        #expect(!KeyRange.all.isEmpty)
    }

    @Test("key order is that of unsigned bytes, a prefix first")
    func keyOrder() {
        let ascending: [[UInt8]] = [
            [], [0], [0, 0], [0, 1], [1], [0x7F, 0xFF], [0x80], [0xFF], [0xFF, 0],
        ]
        for (i, a) in ascending.enumerated() {
            for (j, b) in ascending.enumerated() { #expect(a.precedes(b) == (i < j), "\(a), \(b)") }
        }
    }

    @Test("the successor of a prefix follows every key that has it and precedes the next")
    func successors() {
        let cases: [([UInt8], [UInt8]?)] = [
            ([1, 2], [1, 3]), ([1, 0xFF, 0xFF], [2]), ([0xFF, 0xFF], nil), ([], nil),
        ]
        for (prefix, successor) in cases { #expect(prefix.successorOfPrefix == successor) }
    }
}
