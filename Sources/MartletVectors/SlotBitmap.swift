internal import CVectorKernels

/// A set of slots, one bit each, and how many they are.
///
/// It takes a bit for every slot up to the highest that it ever held. It is not synchronized:
/// while one thread changes a set, no other may use it, a search included. Reading is shared.
public final class SlotBitmap: @unchecked Sendable, Equatable {
    /// `wordCount` of them, and one more that is always zero.
    private(set) var words: UnsafeMutablePointer<UInt64>
    /// Slots from here on are not in the set.
    private(set) var wordCount: Int
    public private(set) var count = 0

    /// An empty set.
    ///
    /// - Parameter capacity: slots below this need no memory later.
    public init(capacity: Int = 0) {
        wordCount = (max(capacity, 1) + 63) / 64
        words = .allocate(capacity: wordCount + 1)
        words.initialize(repeating: 0, count: wordCount + 1)
    }

    public convenience init(_ slots: some Sequence<Slot>) {
        self.init()
        for slot in slots { insert(slot) }
    }

    public init(copying other: SlotBitmap) {
        wordCount = other.wordCount
        count = other.count
        words = .allocate(capacity: wordCount + 1)
        words.initialize(from: other.words, count: wordCount + 1)
    }

    /// The set whose slots are the bits of these words, 64 slots each.
    public init(words source: some Collection<UInt64>) {
        wordCount = max(source.count, 1)
        words = .allocate(capacity: wordCount + 1)
        words.initialize(repeating: 0, count: wordCount + 1)
        var place = 0
        for word in source {
            words[place] = word
            count += word.nonzeroBitCount
            place += 1
        }
    }

    /// Its bits, 64 slots a word, up to the last word that has any.
    public var allWords: [UInt64] {
        var end = wordCount
        while end > 0, words[end - 1] == 0 { end -= 1 }
        return Array(UnsafeBufferPointer(start: words, count: end))
    }

    deinit { words.deallocate() }

    public var isEmpty: Bool { count == 0 }

    @inline(__always)
    public func contains(_ slot: Slot) -> Bool {
        let word = Int(slot >> 6)
        return word < wordCount && words[word] >> UInt64(slot & 63) & 1 != 0
    }

    /// - Returns: whether it was not there before.
    @discardableResult
    public func insert(_ slot: Slot) -> Bool {
        let word = Int(slot >> 6)
        if word >= wordCount { grow(to: max(word + 1, wordCount * 2)) }
        let bit = UInt64(1) << UInt64(slot & 63)
        guard words[word] & bit == 0 else { return false }
        words[word] |= bit
        count += 1
        return true
    }

    /// - Returns: whether it was there.
    @discardableResult
    public func remove(_ slot: Slot) -> Bool {
        guard contains(slot) else { return false }
        words[Int(slot >> 6)] &= ~(UInt64(1) << UInt64(slot & 63))
        count -= 1
        return true
    }

    public func removeAll() {
        words.update(repeating: 0, count: wordCount)
        count = 0
    }

    /// Keeps what is also in `other`.
    public func formIntersection(_ other: SlotBitmap) {
        var total = 0
        for i in 0..<wordCount {
            words[i] &= i < other.wordCount ? other.words[i] : 0
            total += words[i].nonzeroBitCount
        }
        count = total
    }

    /// Adds what is in `other`.
    public func formUnion(_ other: SlotBitmap) {
        if other.wordCount > wordCount { grow(to: other.wordCount) }
        var total = 0
        for i in 0..<wordCount {
            if i < other.wordCount { words[i] |= other.words[i] }
            total += words[i].nonzeroBitCount
        }
        count = total
    }

    /// Removes what is in `other`.
    public func subtract(_ other: SlotBitmap) {
        var total = 0
        for i in 0..<wordCount {
            if i < other.wordCount { words[i] &= ~other.words[i] }
            total += words[i].nonzeroBitCount
        }
        count = total
    }

    /// Calls `body` with every slot, ascending.
    public func forEach<Failure: Error>(_ body: (Slot) throws(Failure) -> Void) throws(Failure) {
        for i in 0..<wordCount {
            var word = words[i]
            while word != 0 {
                try body(Slot(i * 64 + word.trailingZeroBitCount))
                word &= word - 1
            }
        }
    }

    /// Bytes that its bits take.
    public var byteCount: Int { wordCount * 8 }

    public static func == (left: SlotBitmap, right: SlotBitmap) -> Bool {
        guard left.count == right.count else { return false }
        for i in 0..<max(left.wordCount, right.wordCount) {
            let a = i < left.wordCount ? left.words[i] : 0
            let b = i < right.wordCount ? right.words[i] : 0
            if a != b { return false }
        }
        return true
    }

    private func grow(to newCount: Int) {
        let new = UnsafeMutablePointer<UInt64>.allocate(capacity: newCount + 1)
        new.initialize(from: words, count: wordCount)
        (new + wordCount).initialize(repeating: 0, count: newCount + 1 - wordCount)
        words.deallocate()
        words = new
        wordCount = newCount
    }
}
