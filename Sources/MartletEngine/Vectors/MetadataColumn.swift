internal import MartletModel
internal import MartletVectors

/// One field of metadata: for each slot that has it, the number of its value. Pairs at first; a
/// plain array once that takes less room.
struct MetadataColumn: Sendable {
    static let none = UInt32.max

    let name: Text
    private(set) var count = 0
    private var sparse: [Slot: UInt32] = [:]
    private var dense: [UInt32] = []
    private var isDense = false
    /// All slots are below this.
    private var limit = 0

    init(name: Text) { self.name = name }

    /// - Precondition: the slot does not have the field.
    mutating func set(_ slot: Slot, _ number: UInt32) {
        count += 1
        limit = max(limit, Int(slot) + 1)
        if isDense {
            grow()
            dense[Int(slot)] = number
            return
        }
        sparse[slot] = number
        // A pair takes some 24 bytes, an element 4.
        if count > 64, count * 6 > limit { makeDense() }
    }

    /// - Returns: the number that the slot had, or `none`.
    mutating func remove(_ slot: Slot) -> UInt32 {
        let number: UInt32
        if isDense {
            guard Int(slot) < dense.count else { return Self.none }
            number = dense[Int(slot)]
            dense[Int(slot)] = Self.none
        } else {
            number = sparse.removeValue(forKey: slot) ?? Self.none
        }
        if number != Self.none { count -= 1 }
        return number
    }

    private mutating func grow() {
        guard limit > dense.count else { return }
        dense.reserveCapacity(max(limit, dense.count * 2))
        dense.append(contentsOf: repeatElement(Self.none, count: limit - dense.count))
    }

    private mutating func makeDense() {
        isDense = true
        grow()
        for (slot, number) in sparse { dense[Int(slot)] = number }
        sparse = [:]
    }

    @inline(__always)
    func forEach(_ body: (Slot, UInt32) -> Void) {
        if isDense {
            dense.withUnsafeBufferPointer { dense in
                for slot in 0..<dense.count where dense[slot] != Self.none {
                    body(Slot(slot), dense[slot])
                }
            }
        } else {
            for (slot, number) in sparse { body(slot, number) }
        }
    }

    /// Slots that have the field.
    var slots: SlotBitmap {
        let slots = SlotBitmap(capacity: limit)
        forEach { slot, _ in slots.insert(slot) }
        return slots
    }

    var byteCount: Int { dense.count * 4 + sparse.count * 24 }
}
