// Sequences and shards as clients see them. Both texts order as what they say:
//
//   SequenceNumber   21 digits: 10²⁰ plus the sequence
//   ShardId          shardId-, 20 digits: when it was opened in milliseconds since 1970, -,
//                    8 hexadecimal digits that tell apart the shards of one millisecond

internal import MartletCatalog

enum SequenceNumber {
    private static let digits = 20

    static func text(_ sequence: UInt64) -> String { "1" + padded(String(sequence), to: digits) }

    /// The sequence that a text names; nil when no sequence has such a text.
    static func sequence(_ text: String) -> UInt64? {
        guard text.utf8.count == digits + 1, text.utf8.first == UInt8(ascii: "1"),
            text.utf8.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 })
        else { return nil }
        return UInt64(text.dropFirst())
    }

    fileprivate static func padded(_ text: String, to width: Int) -> String {
        String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
}

extension StreamDefinition.Shard {
    /// Multiplication by an odd number loses nothing, so the last digits are those of one sequence
    /// alone, up to 2³² of them.
    private static let scatter: UInt32 = 2_654_435_761

    var id: String {
        let milliseconds = UInt64(max(0, (created.secondsSince1970 * 1000).rounded(.down)))
        let tag = String(UInt32(truncatingIfNeeded: first) &* Self.scatter, radix: 16)
        return "shardId-" + SequenceNumber.padded(String(milliseconds), to: 20) + "-"
            + SequenceNumber.padded(tag, to: 8)
    }
}
