internal import MartletModel
internal import MartletVectors

/// One field of metadata: for each slot that has it, the number of its value, and the value's nearest
/// double where that is a number. Pairs at first; plain arrays once they take less room.
///
/// Not thread-safe: it belongs to its `MetadataColumns`.
final class MetadataColumn: @unchecked Sendable {
    static let none = UInt32.max

    struct Cell: Equatable {
        var number: UInt32
        /// Not a number for what is none.
        var double: Double
    }

    let name: Text
    private(set) var count = 0
    private(set) var sparse: [Slot: Cell] = [:]
    private(set) var isDense = false
    /// Numbers by slot.
    private(set) var dense = GrowingBuffer<UInt32>()
    /// Doubles by slot, as many as `dense` has if any value ever was a number, else none.
    private(set) var doubles = GrowingBuffer<Double>()
    /// All slots are below this.
    private var limit = 0

    init(name: Text) { self.name = name }

    /// - Precondition: the slot does not have the field.
    func set(_ slot: Slot, _ number: UInt32, _ double: Double) {
        count += 1
        limit = max(limit, Int(slot) + 1)
        if isDense {
            dense.grow(to: limit, with: Self.none)
            put(Int(slot), Cell(number: number, double: double))
            return
        }
        sparse[slot] = Cell(number: number, double: double)
        // A pair takes some 32 bytes, an element 4 or 12.
        if count > 64, count * 6 > limit { makeDense() }
    }

    /// - Returns: the number that the slot had, or `none`.
    func remove(_ slot: Slot) -> UInt32 {
        let number: UInt32
        if isDense {
            guard Int(slot) < dense.count else { return Self.none }
            number = dense[Int(slot)]
            dense[Int(slot)] = Self.none
            if Int(slot) < doubles.count { doubles[Int(slot)] = .nan }
        } else {
            number = sparse.removeValue(forKey: slot)?.number ?? Self.none
        }
        if number != Self.none { count -= 1 }
        return number
    }

    private func put(_ slot: Int, _ cell: Cell) {
        dense[slot] = cell.number
        if doubles.count > 0 || !cell.double.isNaN {
            doubles.grow(to: limit, with: .nan)
            doubles[slot] = cell.double
        }
    }

    private func makeDense() {
        isDense = true
        dense.grow(to: limit, with: Self.none)
        for (slot, cell) in sparse { put(Int(slot), cell) }
        sparse = [:]
    }

    // MARK: Asking

    @inline(__always)
    func forEach(_ body: (Slot, UInt32) -> Void) {
        guard isDense else {
            for (slot, cell) in sparse { body(slot, cell.number) }
            return
        }
        let dense = dense.elements
        for slot in 0..<dense.count where dense[slot] != Self.none {
            body(Slot(slot), dense[slot])
        }
    }

    /// Slots that have the field.
    var slots: SlotBitmap { slots { $0 != Self.none } }

    /// Slots whose value has one of few numbers.
    func slots(withAnyOf numbers: [UInt32]) -> SlotBitmap {
        switch numbers.count {
        case 0: return SlotBitmap()
        case 1:
            let number = numbers[0]
            return slots { $0 == number }
        case 2...4:
            let (a, b, c) = (numbers[0], numbers[1], numbers[2 % numbers.count])
            let d = numbers[3 % numbers.count]
            return slots { ($0 == a || $0 == b) || ($0 == c || $0 == d) }
        default:
            let set = Set(numbers)
            return slots { set.contains($0) }
        }
    }

    /// - Parameter test: never true of `none`.
    @inline(__always)
    func slots(where test: (UInt32) -> Bool) -> SlotBitmap {
        guard isDense else {
            let slots = SlotBitmap(capacity: limit)
            for (slot, cell) in sparse where test(cell.number) { slots.insert(slot) }
            return slots
        }
        let dense = dense.elements
        return SlotBitmap(count: dense.count) { test(dense[$0]) }
    }

    /// Slots with numbers on one side of a bound, and slots whose double is that of the bound.
    ///
    /// - Parameter isBeyond: whether a double is on that side; false of what is not a number.
    @inline(__always)
    func slots(beyond bound: Double, _ isBeyond: (Double, Double) -> Bool) -> (
        beyond: SlotBitmap, equal: SlotBitmap
    ) {
        guard isDense else {
            let (beyond, equal) = (SlotBitmap(), SlotBitmap())
            for (slot, cell) in sparse {
                if isBeyond(cell.double, bound) { beyond.insert(slot) }
                if cell.double == bound { equal.insert(slot) }
            }
            return (beyond, equal)
        }
        let doubles = doubles.elements
        return (
            SlotBitmap(count: doubles.count) { isBeyond(doubles[$0], bound) },
            SlotBitmap(count: doubles.count) { doubles[$0] == bound }
        )
    }

    func number(_ slot: Slot) -> UInt32 {
        isDense
            ? Int(slot) < dense.count ? dense[Int(slot)] : Self.none
            : sparse[slot]?.number ?? Self.none
    }

    var byteCount: Int { dense.bytes.count + doubles.bytes.count + sparse.count * 32 }

    // MARK: Files

    /// What a file says of a column.
    struct Shape: Equatable {
        var isDense: Bool
        var hasDoubles: Bool
        /// Elements of arrays, or pairs.
        var count: Int

        /// Bytes of numbers, then slots of pairs, then doubles.
        var byteCount: Int { count * (4 + (isDense ? 0 : 4) + (hasDoubles ? 8 : 0)) }
    }

    var shape: Shape {
        isDense
            ? Shape(isDense: true, hasDoubles: doubles.count > 0, count: dense.count)
            : Shape(isDense: false, hasDoubles: true, count: sparse.count)
    }

    /// Calls `body` with the parts, as they go to a file.
    func forEachPart<Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        guard !isDense else {
            try body(dense.bytes)
            guard doubles.count > 0 else { return }
            try body(doubles.bytes)
            try Self.lend(
                [Double](repeating: .nan, count: dense.count - doubles.count), body)
            return
        }
        let cells = sparse.sorted { $0.key < $1.key }
        try Self.lend(cells.map(\.value.number), body)
        try Self.lend(cells.map(\.key), body)
        try Self.lend(cells.map(\.value.double), body)
    }

    private static func lend<Element: BitwiseCopyable, Failure: Error>(
        _ elements: [Element], _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        try elements.withUnsafeBufferPointer { elements throws(Failure) in
            try body(UnsafeRawBufferPointer(elements))
        }
    }

    /// Takes a column as it was written.
    ///
    /// - Parameters:
    ///   - bytes: as many as the shape says.
    ///   - isNumber: whether a value has this number.
    /// - Returns: nil when a slot or a number cannot be.
    init?(
        name: Text, _ shape: Shape, _ bytes: UnsafeRawBufferPointer, slotLimit: Int,
        numberLimit: Int
    ) {
        precondition(bytes.count == shape.byteCount)
        self.name = name
        isDense = shape.isDense
        let numberBytes = UnsafeRawBufferPointer(rebasing: bytes[..<(4 * shape.count)])
        var highest: UInt32 = 0
        for place in 0..<shape.count {
            let number = numberBytes.loadUnaligned(fromByteOffset: 4 * place, as: UInt32.self)
            // `none` becomes 1, `long` 0.
            highest = max(highest, number &+ 2)
            count += number == Self.none ? 0 : 1
        }
        guard Int(highest) < numberLimit + 2 else { return nil }
        if shape.isDense {
            guard shape.count <= slotLimit else { return nil }
            limit = shape.count
            dense = GrowingBuffer(copying: numberBytes)
            if shape.hasDoubles {
                doubles = GrowingBuffer(
                    copying: UnsafeRawBufferPointer(rebasing: bytes[(4 * shape.count)...]))
            }
            return
        }
        guard shape.hasDoubles, count == shape.count else { return nil }
        sparse.reserveCapacity(shape.count)
        for place in 0..<shape.count {
            let slot = bytes.loadUnaligned(
                fromByteOffset: 4 * (shape.count + place), as: Slot.self)
            guard Int(slot) < slotLimit else { return nil }
            limit = max(limit, Int(slot) + 1)
            sparse[slot] = Cell(
                number: numberBytes.loadUnaligned(fromByteOffset: 4 * place, as: UInt32.self),
                double: bytes.loadUnaligned(
                    fromByteOffset: 8 * (shape.count + place), as: Double.self))
        }
        guard sparse.count == count else { return nil }
    }
}

extension SlotBitmap {
    /// The slots below `count` for which a test holds.
    @inline(__always)
    convenience init(count: Int, where test: (Int) -> Bool) {
        let words = [UInt64](unsafeUninitializedCapacity: (count + 63) / 64) { words, initialized in
            let whole = count / 64
            for index in 0..<whole {
                var word: UInt64 = 0
                // Without branches: the processor could foresee none of them.
                for bit in 0..<64 {
                    word |= (test(index &* 64 &+ bit) ? 1 : 0) &<< UInt64(truncatingIfNeeded: bit)
                }
                words[index] = word
            }
            initialized = whole
            guard count % 64 > 0 else { return }
            var word: UInt64 = 0
            for bit in 0..<count % 64 where test(whole * 64 + bit) { word |= 1 << UInt64(bit) }
            words[whole] = word
            initialized += 1
        }
        self.init(words: words)
    }
}
