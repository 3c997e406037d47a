internal import Synchronization

/// Identifiers of requests: 52 of `A-Z 0-9`, as AWS writes them. They repeat no more often than
/// chance allows; they are no secret.
struct RequestIDs: Sendable {
    static let length = 52
    private static let digits = Array("0123456789ABCDEFGHJKMNPQRSTUVWXYZ".utf8.prefix(32))

    private final class Counter: Sendable {
        let value = Atomic<UInt64>(UInt64.random(in: .min ... .max))
    }

    private let counter = Counter()

    /// Calls `body` with the next identifier's bytes.
    func withNext<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        var state = counter.value.wrappingAdd(
            0x9E37_79B9_7F4A_7C15 &* 5, ordering: .relaxed
        ).newValue
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.length) { id in
            var position = 0
            while position < Self.length {
                // SplitMix64: one word gives twelve digits of five bits.
                state &+= 0x9E37_79B9_7F4A_7C15
                var word = state
                word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
                word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
                word ^= word >> 31
                for _ in 0..<min(12, Self.length - position) {
                    id.initializeElement(
                        at: position, to: Self.digits[Int(word & 31)])
                    word >>= 5
                    position += 1
                }
            }
            return body(UnsafeBufferPointer(id))
        }
    }
}
