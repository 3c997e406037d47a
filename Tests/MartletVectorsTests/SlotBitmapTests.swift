import MartletTestBasics
import MartletVectors
import Testing

@Suite struct SlotBitmapTests {
    @Test(
        "holds what a set of numbers holds, through any changes",
        arguments: Array(0..<20) as [UInt64])
    func model(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let (a, b) = (SlotBitmap(), SlotBitmap(capacity: random.below(300)))
        var (modelA, modelB) = (Set<Slot>(), Set<Slot>())
        for _ in 0..<400 {
            let slot = Slot(random.below(random.chance(1, in: 10) ? 3000 : 200))
            switch random.below(12) {
            case 0...4:
                #expect(a.insert(slot) == modelA.insert(slot).inserted, "\(random)")
            case 5...7:
                #expect(b.insert(slot) == modelB.insert(slot).inserted, "\(random)")
            case 8: #expect(a.remove(slot) == (modelA.remove(slot) != nil), "\(random)")
            case 9 where random.chance(1, in: 3):
                a.formIntersection(b)
                modelA.formIntersection(modelB)
            case 10 where random.chance(1, in: 3):
                a.formUnion(b)
                modelA.formUnion(modelB)
            case 11 where random.chance(1, in: 3):
                a.subtract(b)
                modelA.subtract(modelB)
            default: #expect(a.contains(slot) == modelA.contains(slot), "\(random)")
            }
            #expect(a.count == modelA.count && b.count == modelB.count, "\(random)")
        }
        var slots: [Slot] = []
        a.forEach { slots.append($0) }
        #expect(slots == modelA.sorted(), "\(random)")
        #expect(a == SlotBitmap(modelA) && SlotBitmap(copying: a) == a, "\(random)")
        a.removeAll()
        #expect(a.isEmpty && a == SlotBitmap())
    }
}
