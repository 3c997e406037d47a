import MartletModel
import MartletTestBasics
import MartletTestSupport
import MartletVectors
import Testing

@testable import MartletEngine

@Suite struct ValuePostingsTests {
    private typealias Values = [AttributeValue?]

    private static func randomValues(_ random: inout SeededRandom) -> Values {
        [
            .text("t\(random.below(3))"), random.chance(1, in: 3) ? nil : .integer(random.below(9)),
            random.chance(1, in: 2) ? nil : .integer(random.below(700)),
        ]
    }

    @Test("a selection is the slots that have all values asked for, rare or frequent, at any time")
    func againstModel() throws {
        var random = SeededRandom(seed: 11)
        var postings = ValuePostings(elementCount: 3)
        var model: [Slot: Values] = [:]
        for step in 0..<30_000 {
            let slot = Slot(random.below(2000))
            if random.chance(1, in: 3) {
                postings.clear(slot)
                model[slot] = nil
            } else {
                let values = Self.randomValues(&random)
                postings.set(slot, values)
                model[slot] = values
            }
            if step % 5000 == 4999 {
                postings = ValuePostings(
                    elementCount: 3, strings: postings.strings.compacted(),
                    numbers: postings.numbers.bytes)!
            }
            guard step % 40 == 0 else { continue }
            var asked = Self.randomValues(&random)
            for element in 0..<3 where random.chance(1, in: 2) { asked[element] = nil }
            let expected = model.filter { _, values in
                zip(asked, values).allSatisfy { $0 == nil || $0 == $1 }
            }.keys.sorted()
            switch postings.select(asked) {
            case .all: #expect(asked.allSatisfy { $0 == nil }, "\(random)")
            case .none: #expect(expected.isEmpty, "\(random)")
            case .slots(let slots):
                var found: [Slot] = []
                slots.forEach { found.append($0) }
                #expect(found == expected, "\(random)")
                #expect(slots.count == expected.count, "\(random)")
            }
        }
    }

    @Test("what was given out does not change any more")
    func givenOut() {
        var postings = ValuePostings(elementCount: 1)
        for slot in 0..<Slot(2000) { postings.set(slot, [.text("a")]) }
        guard case .slots(let before) = postings.select([.text("a")]) else {
            Issue.record("nothing is selected")
            return
        }
        postings.clear(7)
        postings.set(2001, [.text("a")])
        #expect(before.contains(7) && !before.contains(2001) && before.count == 2000)
        guard case .slots(let after) = postings.select([.text("a")]) else { return }
        #expect(!after.contains(7) && after.contains(2001) && after.count == 2000)
    }

    @Test("values that nobody has any more take no room")
    func forgotten() {
        var postings = ValuePostings(elementCount: 1)
        for round in 0..<200 {
            for slot in 0..<Slot(100) { postings.set(slot, [.text("value \(round) \(slot)")]) }
        }
        let (count, byteCount) = (postings.strings.count, postings.byteCount)
        #expect(count == 100)
        #expect(byteCount < 200_000)
    }
}
