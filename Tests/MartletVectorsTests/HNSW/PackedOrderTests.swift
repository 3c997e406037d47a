import MartletTestBasics
import Testing

@testable import MartletVectors

@Suite struct PackedOrderTests {
    @Test("words order as their distances, then as their slots, and give both back")
    func order() {
        let distances: [Float] = [
            -.infinity, -3.5, -1, -.leastNonzeroMagnitude, 0, .leastNonzeroMagnitude, 0.25, 1, 1e30,
            .infinity,
        ]
        let slots: [Slot] = [0, 1, 77, (1 << 31) - 1]
        var words: [Packed] = []
        for distance in distances {
            for slot in slots {
                let word = pack(distance, slot)
                #expect(word.slot == slot && word.packedDistance == distance)
                words.append(word)
            }
        }
        #expect(words == words.sorted())
        #expect(pack(.nan, 0) > pack(.infinity, slots[3]))
    }

    @Test("any words are sorted, equal ones and long runs too")
    func sorting() {
        var random = SeededRandom(seed: 71)
        for count in [0, 1, 2, 24, 25, 26, 100, 1000, 20_000] {
            for kinds in [1, 3, count + 1, Int.max] {
                var words = (0..<count).map { _ in Packed(random.below(kinds)) }
                for _ in 0..<2 {
                    let expected = words.sorted()
                    words.withUnsafeMutableBufferPointer {
                        if let base = $0.baseAddress { sortPacked(base, count: count) }
                    }
                    #expect(words == expected, "\(random)")
                }
            }
        }
    }

    @Test("the best of what is offered are kept, however many are")
    func best() {
        var random = SeededRandom(seed: 72)
        for limit in [1, 2, 7, 100] {
            for count in [0, 1, 6, 7, 8, 500] {
                let words = (0..<count).map { _ in Packed(random.below(200)) }
                var room = [Packed](repeating: 0, count: limit)
                room.withUnsafeMutableBufferPointer {
                    var best = BestPacked($0.baseAddress!, limit: limit)
                    for word in words { best.offer(word) }
                    #expect(best.count == min(limit, count))
                    #expect($0[..<best.count].sorted() == Array(words.sorted().prefix(limit)))
                }
            }
        }
    }

    @Test("a word goes where it belongs in a sorted list")
    func insertion() {
        var random = SeededRandom(seed: 73)
        for count in 0..<70 {
            var words = (0..<count).map { _ in Packed(random.below(50)) }.sorted()
            let word = Packed(random.below(52))
            let expected = (words + [word]).sorted()
            words.append(0)
            let place = words.withUnsafeMutableBufferPointer {
                insertSorted(word, into: $0.baseAddress!, count: count)
            }
            #expect(words == expected && words[place] == word)
        }
    }
}
