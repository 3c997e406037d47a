// Byte strings under numbers, and the way back from a string to its number. Numbers are small and
// chosen by the owner. Four flat parts, each written to a file and read from it as it is:
//
//   text      the strings, one behind the other; those that went leave holes
//   places    for each number where its string begins in `text` (upper 40 bits) and its length
//             (lower 24); all bits set when the number has none
//   buckets   open addressing with linear steps from the string's hash: numbers, `free` or `left`
//   hash      `OrderedKey.partitionHash`
//
// Not thread-safe.

internal import Glibc
internal import MartletEncoding

struct ByteStringTable: ~Copyable, Sendable {
    private static let free = UInt32.max
    /// Was used: a search goes on behind it.
    private static let left = UInt32.max - 1
    private static let noPlace = UInt64.max
    private static let lengthBits: UInt64 = 24

    private(set) var text = GrowingBuffer<UInt8>()
    private(set) var places = GrowingBuffer<UInt64>()
    private(set) var buckets = GrowingBuffer<UInt32>()
    private(set) var count = 0
    /// Buckets that are not `free`.
    private var usedBucketCount = 0
    private var deadByteCount = 0

    init() {}

    static func hash(_ string: UnsafeRawBufferPointer) -> UInt64 {
        OrderedKey.partitionHash(string)
    }

    func number(of string: UnsafeRawBufferPointer, hash: UInt64) -> UInt32? {
        guard buckets.count > 0 else { return nil }
        let mask = buckets.count - 1
        var bucket = Int(truncatingIfNeeded: hash) & mask
        while true {
            let number = buckets[bucket]
            if number == Self.free { return nil }
            if number != Self.left, hasString(number), self.string(number).elementsEqual(string) {
                return number
            }
            bucket = (bucket + 1) & mask
        }
    }

    func hasString(_ number: UInt32) -> Bool {
        Int(number) < places.count && places[Int(number)] != Self.noPlace
    }

    /// The string under a number that has one; valid until the table changes.
    func string(_ number: UInt32) -> UnsafeRawBufferPointer {
        let place = places[Int(number)]
        precondition(place != Self.noPlace)
        let start = Int(place >> Self.lengthBits)
        let length = Int(place & (1 << Self.lengthBits - 1))
        return UnsafeRawBufferPointer(rebasing: text.bytes[start..<start + length])
    }

    /// Strings that were copied together, in the order in which they were asked for.
    struct Copies: Sendable {
        fileprivate var text: [UInt8] = []
        /// Where each is in `text`; nil for a number that had none.
        fileprivate var places: [Range<Int>?] = []

        /// A copy of the string at this position with `prefix` before it; nil when there is none.
        func string(_ position: Int, after prefix: [UInt8]) -> [UInt8]? {
            guard let place = places[position] else { return nil }
            var string: [UInt8] = []
            string.reserveCapacity(prefix.count + place.count)
            string.append(contentsOf: prefix)
            string.append(contentsOf: text[place])
            return string
        }
    }

    /// Copies the strings under these numbers. They lie anywhere in memory, and nothing else is done
    /// meanwhile, so that the processor fetches many at once.
    func copies(_ numbers: [UInt32]) -> Copies {
        var copies = Copies()
        copies.places.reserveCapacity(numbers.count)
        var end = 0
        for number in numbers {
            let length = hasString(number) ? string(number).count : nil
            copies.places.append(length.map { end..<end + $0 })
            end += length ?? 0
        }
        copies.text = [UInt8](unsafeUninitializedCapacity: end) { room, count in
            for (number, place) in zip(numbers, copies.places) {
                guard let place, !place.isEmpty else { continue }
                memcpy(
                    room.baseAddress! + place.lowerBound, string(number).baseAddress!, place.count)
            }
            count = end
        }
        return copies
    }

    /// - Precondition: neither the number nor the string is in the table.
    mutating func insert(_ string: UnsafeRawBufferPointer, hash: UInt64, as number: UInt32) {
        precondition(number < Self.left && !hasString(number))
        places.grow(to: Int(number) + 1, with: Self.noPlace)
        places[Int(number)] =
            UInt64(text.count) << Self.lengthBits | UInt64(string.count)
        text.append(contentsOf: string)
        count += 1
        if (usedBucketCount + 1) * 4 > buckets.count * 3 {
            makeBuckets()
        } else {
            put(number, hash)
        }
    }

    /// - Returns: whether the number had a string.
    @discardableResult
    mutating func remove(_ number: UInt32) -> Bool {
        guard hasString(number) else { return false }
        let string = string(number)
        let mask = buckets.count - 1
        var bucket = Int(truncatingIfNeeded: Self.hash(string)) & mask
        while buckets[bucket] != number, buckets[bucket] != Self.free {
            bucket = (bucket + 1) & mask
        }
        if buckets[bucket] == number { buckets[bucket] = Self.left }
        deadByteCount += string.count
        places[Int(number)] = Self.noPlace
        count -= 1
        return true
    }

    private mutating func put(_ number: UInt32, _ hash: UInt64) {
        let mask = buckets.count - 1
        var bucket = Int(truncatingIfNeeded: hash) & mask
        while buckets[bucket] < Self.left { bucket = (bucket + 1) & mask }
        if buckets[bucket] == Self.free { usedBucketCount += 1 }
        buckets[bucket] = number
    }

    private mutating func makeBuckets() {
        var size = 64
        while size < count * 2 { size *= 2 }
        buckets = GrowingBuffer()
        buckets.grow(to: size, with: Self.free)
        usedBucketCount = 0
        for number in 0..<UInt32(places.count) where hasString(number) {
            put(number, Self.hash(string(number)))
        }
    }

    // MARK: Space

    /// More of the text is holes than strings.
    var isMostlyHoles: Bool { deadByteCount > 1 << 16 && deadByteCount * 2 > text.count }

    /// The same strings without holes.
    func compacted() -> ByteStringTable {
        var table = ByteStringTable()
        table.places.grow(to: places.count, with: Self.noPlace)
        for number in 0..<UInt32(places.count) where hasString(number) {
            let string = string(number)
            table.places[Int(number)] =
                UInt64(table.text.count) << Self.lengthBits | UInt64(string.count)
            table.text.append(contentsOf: string)
        }
        table.count = count
        table.makeBuckets()
        return table
    }

    var byteCount: Int { text.bytes.count + places.bytes.count + buckets.bytes.count }

    // MARK: Files

    /// Takes the parts as they were written. Their checksums have been verified; what a faulty
    /// writer could have got wrong is looked at as far as memory depends on it, in a few passes
    /// without branches.
    init?(
        text: UnsafeRawBufferPointer, places: UnsafeRawBufferPointer,
        buckets: UnsafeRawBufferPointer
    ) {
        guard places.count % 8 == 0, buckets.count % 4 == 0 else { return nil }
        let size = buckets.count / 4
        guard size & (size - 1) == 0, size > 0 || places.count == 0 else { return nil }
        var (liveCount, liveBytes, isInside) = (0, 0, true)
        for place in places.bindMemory(to: UInt64.self) {
            let length = place & (1 << Self.lengthBits - 1)
            let isFree = place == Self.noPlace
            isInside = isInside && (isFree || place >> Self.lengthBits + length <= text.count)
            liveCount += isFree ? 0 : 1
            liveBytes += isFree ? 0 : Int(length)
        }
        var (numberedCount, highest) = (0, UInt32(0))
        for number in buckets.bindMemory(to: UInt32.self) {
            // Neither of the two marks is larger than a number now.
            let moved = number &+ 2
            numberedCount += moved < 2 ? 0 : 1
            usedBucketCount += number == Self.free ? 0 : 1
            highest = max(highest, moved)
        }
        guard isInside, numberedCount == liveCount, highest < places.count / 8 + 2,
            usedBucketCount < size || size == 0
        else { return nil }
        count = liveCount
        deadByteCount = text.count - liveBytes
        self.text = GrowingBuffer(copying: text)
        self.places = GrowingBuffer(copying: places)
        self.buckets = GrowingBuffer(copying: buckets)
    }
}

extension UnsafeRawBufferPointer {
    fileprivate func elementsEqual(_ other: UnsafeRawBufferPointer) -> Bool {
        count == other.count && (count == 0 || memcmp(baseAddress!, other.baseAddress!, count) == 0)
    }
}
