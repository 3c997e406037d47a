// A distance and a slot in one word that orders as they do, so that a comparison is one instruction.
//
//   bits     field
//   32 - 63  the distance's bits, made to order as unsigned numbers
//   1 - 31   the slot
//   0        a mark: the walk has been there

typealias Packed = UInt64

/// What stands for a distance. Not-a-number is further than everything.
@inline(__always)
func orderedBits(_ distance: Float) -> UInt32 {
    guard distance == distance else { return .max }
    let bits = distance.bitPattern
    return bits ^ (UInt32(bitPattern: Int32(bitPattern: bits) >> 31) | 0x8000_0000)
}

@inline(__always)
func distanceOfOrdered(_ bits: UInt32) -> Float {
    Float(bitPattern: bits & 0x8000_0000 != 0 ? bits & 0x7FFF_FFFF : ~bits)
}

@inline(__always)
func pack(_ distance: Float, _ slot: Slot) -> Packed {
    Packed(orderedBits(distance)) << 32 | Packed(slot << 1)
}

extension Packed {
    @inline(__always) var slot: Slot { UInt32(truncatingIfNeeded: self) >> 1 }
    @inline(__always) var order: UInt32 { UInt32(truncatingIfNeeded: self >> 32) }
    @inline(__always) var packedDistance: Float { distanceOfOrdered(order) }
}

/// Sorts without allocating: quicksort on the median of three, insertion sort for short pieces.
func sortPacked(_ words: UnsafeMutablePointer<Packed>, count: Int) {
    var words = words
    var count = count
    while count > 24 {
        let (a, b, c) = (words[0], words[count / 2], words[count - 1])
        let pivot = max(min(a, b), min(max(a, b), c))
        var low = 0
        var high = count - 1
        while low <= high {
            while words[low] < pivot { low += 1 }
            while words[high] > pivot { high -= 1 }
            guard low <= high else { break }
            (words[low], words[high]) = (words[high], words[low])
            low += 1
            high -= 1
        }
        // The shorter side by recursion, so that it is never deep.
        if high + 1 < count - low {
            sortPacked(words, count: high + 1)
            words += low
            count -= low
        } else {
            sortPacked(words + low, count: count - low)
            count = high + 1
        }
    }
    var i = 1
    while i < count {
        let word = words[i]
        var place = i
        while place > 0, words[place - 1] > word {
            words[place] = words[place - 1]
            place -= 1
        }
        words[place] = word
        i += 1
    }
}

/// The best `limit` of what is offered, as a heap with the worst on top.
struct BestPacked {
    private let words: UnsafeMutablePointer<Packed>
    private let limit: Int
    private(set) var count = 0

    /// - Parameter words: room for `limit` words.
    init(_ words: UnsafeMutablePointer<Packed>, limit: Int) {
        self.words = words
        self.limit = limit
    }

    /// Nothing from here on is taken any more.
    @inline(__always) var bound: Packed { count < limit ? .max : words[0] }

    @inline(__always)
    mutating func offer(_ word: Packed) {
        if count < limit {
            var place = count
            count += 1
            while place > 0, words[(place - 1) / 2] < word {
                words[place] = words[(place - 1) / 2]
                place = (place - 1) / 2
            }
            words[place] = word
        } else if word < words[0] {
            var place = 0
            while true {
                var child = 2 * place + 1
                guard child < count else { break }
                if child + 1 < count, words[child + 1] > words[child] { child += 1 }
                guard words[child] > word else { break }
                words[place] = words[child]
                place = child
            }
            words[place] = word
        }
    }
}
