internal import Synchronization

/// The identifier of a request: 52 of `A-Z 0-9`, as AWS writes them. It repeats no more often than
/// chance allows; it is no secret. A number from which the digits follow, so that a request
/// allocates nothing for it.
struct RequestID: Sendable {
    static let length = 52

    fileprivate let seed: UInt64

    /// Calls `body` with the digits.
    func withDigits<Result>(_ body: (HTTPBytes) -> Result) -> Result {
        let digits: StaticString = "0123456789ABCDEFGHJKMNPQRSTUVWXY"
        var state = seed
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
                    id.initializeElement(at: position, to: digits.utf8Start[Int(word & 31)])
                    word >>= 5
                    position += 1
                }
            }
            return body(UnsafeBufferPointer(id))
        }
    }

    var text: String { withDigits { String(decoding: $0, as: UTF8.self) } }
}

/// Gives out identifiers. Thread safe.
final class RequestIDs: Sendable {
    private let seed = Atomic<UInt64>(UInt64.random(in: .min ... .max))

    func next() -> RequestID {
        // As many steps as an identifier takes, so that the next one shares no word with it.
        let step: UInt64 = 0x9E37_79B9_7F4A_7C15 &* 5
        return RequestID(seed: seed.wrappingAdd(step, ordering: .relaxed).newValue)
    }
}
