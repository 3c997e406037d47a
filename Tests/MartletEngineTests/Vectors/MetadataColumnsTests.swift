import MartletIndexes
import MartletModel
import MartletTestBasics
import MartletTestSupport
import MartletVectors
import Testing

@testable import MartletEngine

/// Random metadata and filters of the kinds that decide differently in columns.
enum MetadataSample {
    static func value(_ random: inout SeededRandom, levels: Int = 2) -> AttributeValue {
        switch random.below(levels > 0 ? 9 : 6) {
        case 0, 1: .integer(random.number(-3...3))
        // Doubles do not tell these apart.
        case 2: .decimal("2.000000000000000000000\(random.below(3))")
        case 3: .text(random.pick(["a", "ab", "", String(repeating: "long", count: 40)]))
        case 4: .bool(random.chance(1, in: 2))
        case 5: .null
        case 6: .list((0..<random.below(3)).map { _ in value(&random, levels: levels - 1) })
        default: .map(["in": value(&random, levels: levels - 1)])
        }
    }

    static func metadata(_ random: inout SeededRandom) -> AttributeMap? {
        if random.chance(1, in: 8) { return nil }
        var map = AttributeMap()
        for name in ["a", "b", "a.in"] as [Text] where random.chance(2, in: 3) {
            map[name] = value(&random)
        }
        if random.chance(1, in: 20) { map["rare"] = value(&random) }
        return map
    }

    static func filter(_ random: inout SeededRandom, levels: Int = 2) -> MetadataFilter {
        if levels > 0, random.chance(1, in: 2) {
            let parts = (0..<random.number(1...3)).map { _ in filter(&random, levels: levels - 1) }
            switch random.below(3) {
            case 0: return .all(parts)
            case 1: return .any(parts)
            default: return .not(parts[0])
            }
        }
        let name: Text = random.pick(["a", "b", "a.in", "rare", "b.in.in", "missing"])
        func bound() -> DecimalNumber {
            guard
                case .number(let number) = random.chance(1, in: 2)
                    ? AttributeValue.integer(random.number(-3...3))
                    : .decimal("2.000000000000000000000\(random.below(3))")
            else { return 0 }
            return number
        }
        let test: MetadataFilter.Test
        switch random.below(9) {
        case 0: test = .equals(value(&random))
        case 1: test = .differs(value(&random))
        case 2:
            test = .isIn((0..<random.below(7)).map { _ in value(&random) })
        case 3: test = .greater(bound())
        case 4: test = .atLeast(bound())
        case 5: test = .less(bound())
        case 6: test = .atMost(bound())
        case 7: test = .exists(random.chance(1, in: 2))
        default: test = .contains(value(&random))
        }
        return .field(name, test)
    }

    /// What is wrong with what columns say of a filter: what they are not sure of may be either.
    static func fault(
        _ columns: inout MetadataColumns, _ filter: MetadataFilter, _ model: [Slot: AttributeMap?]
    ) -> String? {
        let selection = columns.select(filter)
        for (slot, metadata) in model.sorted(by: { $0.key < $1.key }) {
            if selection.unknown?.contains(slot) ?? false { continue }
            let isFound = selection.matching.contains(slot)
            if isFound != filter.matches(metadata) {
                return "slot \(slot) is \(isFound ? "found" : "missing")"
            }
        }
        var isStray = false
        selection.matching.forEach { if model[$0] == nil { isStray = true } }
        return isStray ? "a slot that is not there" : nil
    }
}

@Suite struct MetadataColumnsTests {
    @Test("for any filter, columns select what the filter itself matches, whatever changes")
    func random() {
        var random = SeededRandom(seed: testSetting("MARTLET_TEST_SEED") ?? 0xC01)
        for slotCount in [5, 70, 1500] {
            var columns = MetadataColumns()
            var model: [Slot: AttributeMap?] = [:]
            // Asked again and again, so that their sets are kept.
            let kept = (0..<5).map { _ in MetadataSample.filter(&random) }
            for _ in 0..<12 {
                for _ in 0..<slotCount / 2 + 1 {
                    let slot = Slot(random.below(slotCount))
                    if random.chance(1, in: 4) {
                        columns.clear(slot)
                        model[slot] = nil
                    } else {
                        let metadata = MetadataSample.metadata(&random)
                        columns.set(slot, metadata)
                        model[slot] = .some(metadata)
                    }
                }
                for filter in kept + (0..<30).map({ _ in MetadataSample.filter(&random) }) {
                    let fault = MetadataSample.fault(&columns, filter, model)
                    #expect(fault == nil, "\(filter), \(random)")
                }
            }
        }
    }

    @Test("a set that was given out does not change when the columns do")
    func snapshots() {
        var columns = MetadataColumns()
        columns.set(3, ["n": 1])
        let before = columns.select(MetadataField("n") == 1).matching
        columns.set(4, ["n": 1])
        columns.clear(3)
        #expect(before == SlotBitmap([3]))
        #expect(columns.select(MetadataField("n") == 1).matching == SlotBitmap([4]))
    }
}
