// Which slots of a graph have which values of the search schema's attributes.
//
// Values are numbered. For each slot and element of the schema there is the number of its value,
// and the slots of a value are linked to a chain, so that a slot joins and leaves in no time and a
// rare value's slots are found by a few steps. A value that many slots have gets a bitmap when it is
// asked for, which is kept and kept up to date; so asking again costs nothing. Everything but the
// chains and bitmaps is flat and goes to a file as it is; chains are linked again before they are
// first used, some nanoseconds a slot.
//
// Not thread-safe, but for bitmaps that were given out: those never change.

internal import MartletEncoding
internal import MartletModel
internal import MartletVectors

struct ValuePostings: ~Copyable, Sendable {
    static let none = UInt32.max
    /// So many bitmaps are kept, each of a bit a slot.
    private static let keptLimit = 64

    private let elementCount: Int
    /// Number by element (1 byte) and ordered value.
    private(set) var strings = ByteStringTable()
    private var freeNumbers: [UInt32] = []
    /// The value's number, by slot and element.
    private(set) var numbers = GrowingBuffer<UInt32>()
    /// The neighbours in the value's chain, by slot and element.
    private var next = GrowingBuffer<UInt32>()
    private var previous = GrowingBuffer<UInt32>()
    /// The chain's first slot and its length, by value.
    private var heads = GrowingBuffer<UInt32>()
    private var counts = GrowingBuffer<UInt32>()
    private var kept: [UInt32: SlotBitmap] = [:]
    /// In the order in which they came.
    private var keptNumbers: [UInt32] = []
    /// Whether there are chains; not yet when this came from a file.
    private var isLinked = true

    init(elementCount: Int) { self.elementCount = elementCount }

    private static func string(_ element: Int, _ value: AttributeValue) -> [UInt8] {
        var string: [UInt8] = [UInt8(element)]
        OrderedKey.append(value, to: &string)
        return string
    }

    // MARK: Changing

    /// Sets what a slot has, in the order of the schema.
    mutating func set(_ slot: Slot, _ values: [AttributeValue?]) {
        guard elementCount > 0 else { return }
        linkIfNeeded()
        clear(slot)
        grow(to: (Int(slot) + 1) * elementCount)
        for (element, value) in values.enumerated() {
            guard let value else { continue }
            let number = number(Self.string(element, value))
            link(slot, element, number)
            bitmap(toChange: number)?.insert(slot)
        }
    }

    /// Forgets what a slot has.
    mutating func clear(_ slot: Slot) {
        linkIfNeeded()
        let start = Int(slot) * elementCount
        guard start < numbers.count else { return }
        for element in 0..<elementCount {
            let number = numbers[start + element]
            guard number != Self.none else { continue }
            bitmap(toChange: number)?.remove(slot)
            unlink(slot, element, number)
            if counts[Int(number)] == 0 {
                strings.remove(number)
                freeNumbers.append(number)
                forgetBitmap(number)
            }
        }
        if strings.isMostlyHoles { strings = strings.compacted() }
    }

    private mutating func grow(to count: Int) {
        numbers.grow(to: count, with: Self.none)
        next.grow(to: count, with: Self.none)
        previous.grow(to: count, with: Self.none)
    }

    private mutating func number(_ string: [UInt8]) -> UInt32 {
        string.withUnsafeBytes { string in
            let hash = ByteStringTable.hash(string)
            if let number = strings.number(of: string, hash: hash) { return number }
            let number = freeNumbers.popLast() ?? UInt32(heads.count)
            heads.grow(to: Int(number) + 1, with: Self.none)
            counts.grow(to: Int(number) + 1, with: 0)
            strings.insert(string, hash: hash, as: number)
            return number
        }
    }

    private mutating func link(_ slot: Slot, _ element: Int, _ number: UInt32) {
        let place = Int(slot) * elementCount + element
        let head = heads[Int(number)]
        numbers[place] = number
        next[place] = head
        previous[place] = Self.none
        if head != Self.none { previous[Int(head) * elementCount + element] = slot }
        heads[Int(number)] = slot
        counts[Int(number)] += 1
    }

    private mutating func unlink(_ slot: Slot, _ element: Int, _ number: UInt32) {
        let place = Int(slot) * elementCount + element
        let (before, after) = (previous[place], next[place])
        if before == Self.none {
            heads[Int(number)] = after
        } else {
            next[Int(before) * elementCount + element] = after
        }
        if after != Self.none { previous[Int(after) * elementCount + element] = before }
        numbers[place] = Self.none
        counts[Int(number)] -= 1
    }

    // MARK: Asking

    /// Slots that have certain values.
    enum Selection {
        case all
        case none
        case slots(SlotBitmap)
    }

    /// The slots that have all of `values`, which are in the order of the schema; nil asks nothing.
    ///
    /// - Complexity: O(slots of the rarest value) when that is rare; else, once the values have been
    ///   asked for before, a pass over a bit a slot for each value beyond the first.
    mutating func select(_ values: [AttributeValue?]) -> Selection {
        linkIfNeeded()
        var asked: [(element: Int, number: UInt32)] = []
        for (element, value) in values.enumerated() {
            guard let value else { continue }
            let number = Self.string(element, value).withUnsafeBytes {
                strings.number(of: $0, hash: ByteStringTable.hash($0))
            }
            guard let number else { return .none }
            asked.append((element, number))
        }
        guard !asked.isEmpty else { return .all }
        asked.sort { counts[Int($0.number)] < counts[Int($1.number)] }
        let slotCount = numbers.count / elementCount
        if Int(counts[Int(asked[0].number)]) <= max(256, slotCount / 256) {
            return .slots(fewSlots(asked))
        }
        let first = keptBitmap(asked[0])
        if asked.count == 1 { return .slots(first) }
        let selected = SlotBitmap(copying: first)
        for other in asked.dropFirst() { selected.formIntersection(keptBitmap(other)) }
        return .slots(selected)
    }

    /// Walks the chain of the first, which is the rarest, and looks at the others' numbers.
    private func fewSlots(_ asked: [(element: Int, number: UInt32)]) -> SlotBitmap {
        let selected = SlotBitmap()
        let (element, number) = asked[0]
        var slot = heads[Int(number)]
        while slot != Self.none {
            let start = Int(slot) * elementCount
            if asked.dropFirst().allSatisfy({ numbers[start + $0.element] == $0.number }) {
                selected.insert(slot)
            }
            slot = next[start + element]
        }
        return selected
    }

    private mutating func keptBitmap(_ asked: (element: Int, number: UInt32)) -> SlotBitmap {
        if let bitmap = kept[asked.number] { return bitmap }
        let bitmap = fewSlots([asked])
        if keptNumbers.count == Self.keptLimit { forgetBitmap(keptNumbers[0]) }
        kept[asked.number] = bitmap
        keptNumbers.append(asked.number)
        return bitmap
    }

    /// The value's bitmap if it is kept, for a change: a new one if a search still has the old one.
    private mutating func bitmap(toChange number: UInt32) -> SlotBitmap? {
        guard !kept.isEmpty, var bitmap = kept.removeValue(forKey: number) else { return nil }
        if !isKnownUniquelyReferenced(&bitmap) { bitmap = SlotBitmap(copying: bitmap) }
        kept[number] = bitmap
        return bitmap
    }

    private mutating func forgetBitmap(_ number: UInt32) {
        guard kept.removeValue(forKey: number) != nil else { return }
        keptNumbers.removeAll { $0 == number }
    }

    /// What it takes in memory, bitmaps left out.
    var byteCount: Int {
        strings.byteCount + numbers.bytes.count + next.bytes.count + previous.bytes.count
            + heads.bytes.count + counts.bytes.count
    }

    // MARK: Files

    /// Takes the values and each slot's numbers as they were written.
    init?(elementCount: Int, strings: consuming ByteStringTable, numbers: UnsafeRawBufferPointer) {
        let places = numbers.count / 4
        guard numbers.count % 4 == 0, elementCount > 0 ? places % elementCount == 0 : places == 0
        else { return nil }
        var highest: UInt32 = 0
        // `none` becomes 0.
        for number in numbers.bindMemory(to: UInt32.self) { highest = max(highest, number &+ 1) }
        guard highest <= strings.places.count else { return nil }
        self.elementCount = elementCount
        self.numbers = GrowingBuffer(copying: numbers)
        self.strings = strings
        isLinked = false
    }

    /// Links the chains of what came from a file.
    mutating func linkIfNeeded() {
        guard !isLinked else { return }
        isLinked = true
        next.grow(to: numbers.count, with: Self.none)
        previous.grow(to: numbers.count, with: Self.none)
        let valueCount = strings.places.count
        heads.grow(to: valueCount, with: Self.none)
        counts.grow(to: valueCount, with: 0)
        for place in 0..<numbers.count where numbers[place] != Self.none {
            link(Slot(place / elementCount), place % elementCount, numbers[place])
        }
        for number in 0..<UInt32(valueCount) where counts[Int(number)] == 0 {
            strings.remove(number)
            freeNumbers.append(number)
        }
    }
}
