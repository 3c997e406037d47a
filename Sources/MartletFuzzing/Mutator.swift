// Mutations without a look at coverage, for the tests: some seconds of them find what a change
// broke; libFuzzer is for the rest. They know the fuzzer's words and mix its seeds.

package import MartletTestBasics

package struct Mutator: Sendable {
    private let seeds: [[UInt8]]
    private let words: [[UInt8]]

    /// - Precondition: there are seeds.
    package init(seeds: [[UInt8]], words: [String]) {
        precondition(!seeds.isEmpty)
        self.seeds = seeds
        self.words =
            words.map { Array($0.utf8) } + [[0], [0xFF], [0x80], [0x7F, 0xFF, 0xFF, 0xFF]]
    }

    package func input(_ random: inout SeededRandom) -> [UInt8] {
        var bytes = random.pick(seeds)
        for _ in 0...random.below(5) {
            let start = random.below(bytes.count + 1)
            let end = min(bytes.count, start + random.below(9))
            switch random.below(6) {
            case 0: bytes.removeSubrange(start..<end)
            case 1: bytes.insert(contentsOf: Array(bytes[start..<end]), at: start)
            case 2:
                let other = random.pick(seeds)
                let cut = random.below(other.count + 1)
                bytes.replaceSubrange(start..<end, with: other[cut...].prefix(random.below(40)))
            case 3 where start < bytes.count:
                bytes[start] ^= 1 << UInt8(random.below(8))
            case 4 where start < bytes.count:
                bytes[start] &+= random.chance(1, in: 2) ? 1 : 255
            default: bytes.replaceSubrange(start..<end, with: random.pick(words))
            }
        }
        return bytes
    }
}
