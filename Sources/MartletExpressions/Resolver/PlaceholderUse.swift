/// Which of a request's placeholders were used, by their position. Up to 64 need no allocation.
struct PlaceholderUse {
    private var first: UInt64 = 0
    private var more: [UInt64] = []

    mutating func insert(_ position: Int) {
        guard position >= 64 else {
            first |= 1 << UInt64(position)
            return
        }
        let word = position / 64 - 1
        while more.count <= word { more.append(0) }
        more[word] |= 1 << UInt64(position % 64)
    }

    func contains(_ position: Int) -> Bool {
        if position < 64 { return first >> UInt64(position) & 1 == 1 }
        let word = position / 64 - 1
        return word < more.count && more[word] >> UInt64(position % 64) & 1 == 1
    }
}
