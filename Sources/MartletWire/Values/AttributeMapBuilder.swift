// Attributes arrive in any order, and maps are kept sorted. Inserting each in its place would move
// the rest every time, which a hostile order makes quadratic, and would compare whole names; here
// most comparisons are of the first eight bytes, as integers.

internal import MartletModel

/// Makes a map of entries that come in any order; of several with one name the last stays.
struct AttributeMapBuilder {
    /// The map, as long as names ascend.
    private var map: AttributeMap
    /// All entries as they came, once a name did not ascend.
    private var entries: [AttributeMap.Entry] = []
    /// The first bytes of each name, as they order.
    private var prefixes: [UInt64] = []
    private var isAscending = true
    private var lastPrefix: UInt64 = 0

    init() { map = AttributeMap(minimumCapacity: 8) }

    /// - Parameter prefix: the prefix of `text`.
    @inline(__always)
    mutating func add(_ text: Text, _ prefix: UInt64, _ value: AttributeValue) {
        if isAscending {
            if prefix > lastPrefix || map.isEmpty || prefix == lastPrefix && follows(text) {
                map.append(text, value)
                lastPrefix = prefix
                return
            }
            leaveOrder()
        }
        entries.append(AttributeMap.Entry(name: text, value: value))
        prefixes.append(prefix)
    }

    private func follows(_ text: Text) -> Bool { map.entries[map.count - 1].name < text }

    private mutating func leaveOrder() {
        isAscending = false
        entries.reserveCapacity(map.count * 2)
        entries.append(contentsOf: map.entries)
        prefixes.reserveCapacity(map.count * 2)
        for entry in entries { prefixes.append(Self.prefix(of: entry.name)) }
    }

    consuming func finish() -> AttributeMap {
        guard !isAscending else { return map }
        let places = sortedPlaces()
        var map = AttributeMap(minimumCapacity: entries.count)
        for (rank, place) in places.enumerated() {
            let entry = entries[place]
            // Equal names stand together in the order in which they came.
            if rank + 1 < places.count, entries[places[rank + 1]].name == entry.name { continue }
            map.append(entry.name, entry.value)
        }
        return map
    }

    private func sortedPlaces() -> [Int] {
        func precedes(_ left: Int, _ right: Int) -> Bool {
            if prefixes[left] != prefixes[right] { return prefixes[left] < prefixes[right] }
            let (first, second) = (entries[left].name, entries[right].name)
            return first < second || first == second && left < right
        }
        var places = Array(entries.indices)
        guard places.count <= 32 else {
            places.sort(by: precedes)
            return places
        }
        for next in 1..<places.count {
            let place = places[next]
            var gap = next
            while gap > 0, precedes(place, places[gap - 1]) {
                places[gap] = places[gap - 1]
                gap -= 1
            }
            places[gap] = place
        }
        return places
    }

    // MARK: Prefixes

    static func prefix(of text: Text) -> UInt64 { text.withUTF8 { prefix(of: $0) } }

    /// The first eight bytes, the first one highest, missing ones zero.
    @inline(__always)
    static func prefix(of bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
        if bytes.count >= 8 {
            let word = UnsafeRawPointer(bytes.baseAddress!).loadUnaligned(as: UInt64.self)
            return UInt64(bigEndian: word)
        }
        var prefix: UInt64 = 0
        var shift: UInt64 = 64
        for byte in bytes {
            shift -= 8
            prefix |= UInt64(byte) << shift
        }
        return prefix
    }
}

extension JSONString {
    /// The prefix of the text that the string stands for.
    @inline(__always)
    var prefix: UInt64 {
        hasEscapes
            ? withBytes { AttributeMapBuilder.prefix(of: $0) } : AttributeMapBuilder.prefix(of: raw)
    }
}
