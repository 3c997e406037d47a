// Reading an expression costs microseconds and programs send the same few texts over and over, so
// what was read is kept, by text and grammar. Only good expressions are: an error is found anew.
//
// Two generations bound each shard. When the young one is full it becomes the old one, and what
// was in the old one and not asked for since is forgotten. Full is a matter of text, not of
// entries: the parsed form grows with its text, to some fifty times it at worst, and nobody may
// fill the memory with long expressions. Any thread may use a cache.

internal import MartletModel
internal import MartletThreads

/// Expressions that were read, for all requests to share.
package final class ParsedExpressionCache: Sendable {
    package static let shared = ParsedExpressionCache(textBytes: 1 << 18)

    private let conditions: Shards<ParsedCondition>
    private let updates: Shards<ParsedUpdate>
    private let projections: Shards<ParsedProjection>

    /// - Parameter textBytes: how much text is kept of each grammar at most; each expression
    ///   counts 64 bytes more.
    package init(textBytes: Int) {
        conditions = Shards(textBytes: textBytes)
        updates = Shards(textBytes: textBytes)
        projections = Shards(textBytes: textBytes)
    }

    func condition(_ text: String) throws(ExpressionProblem) -> ParsedCondition {
        try conditions.find(text, else: ConditionParser.parse)
    }

    func update(_ text: String) throws(ExpressionProblem) -> ParsedUpdate {
        try updates.find(text, else: UpdateParser.parse)
    }

    func projection(_ text: String) throws(ExpressionProblem) -> ParsedProjection {
        try projections.find(text, else: ProjectionParser.parse)
    }

    /// How many expressions are kept now, for tests.
    var count: Int { conditions.count + updates.count + projections.count }
}

/// One grammar's expressions, spread over locks so that readers seldom meet.
private struct Shards<Parsed: AnyObject & Sendable>: Sendable {
    private let shards: [Shard]

    private final class Shard: Sendable {
        let state = Locked(State())
    }

    private struct State {
        var young: [Text: Parsed] = [:]
        var old: [Text: Parsed] = [:]
        var youngBytes = 0

        mutating func insert(_ parsed: Parsed, for key: Text, limit: Int) {
            let cost = key.utf8Count + 64
            if youngBytes + cost > limit {
                old = young
                young = [:]
                youngBytes = 0
            }
            if young.updateValue(parsed, forKey: key) == nil { youngBytes += cost }
        }
    }

    private static var shardCount: Int { 8 }
    private let generationBytes: Int

    init(textBytes: Int) {
        shards = (0..<Self.shardCount).map { _ in Shard() }
        generationBytes = textBytes / Self.shardCount / 2
    }

    /// What was kept for `text`, or what `parse` makes of it. Two threads may parse the same text
    /// at once; one result is kept.
    func find(
        _ text: String, else parse: (String) throws(ExpressionProblem) -> Parsed
    ) throws(ExpressionProblem) -> Parsed {
        let key = Text(text)
        let shard = shards[Self.shard(of: key)]
        let limit = generationBytes
        let kept = shard.state.withLock { state -> Parsed? in
            if let parsed = state.young[key] { return parsed }
            guard let parsed = state.old[key] else { return nil }
            state.insert(parsed, for: key, limit: limit)
            return parsed
        }
        if let kept { return kept }
        let parsed = try parse(text)
        shard.state.withLock { $0.insert(parsed, for: key, limit: limit) }
        return parsed
    }

    var count: Int {
        shards.reduce(0) { total, shard in
            total + shard.state.withLock { $0.young.count + $0.old.count }
        }
    }

    /// Spreads by length and last bytes, where texts of one program differ.
    private static func shard(of key: Text) -> Int {
        key.withUTF8 { bytes in
            var mix = bytes.count
            for byte in bytes.suffix(8) { mix = mix &* 31 &+ Int(byte) }
            return (mix ^ mix >> 7) & (shardCount - 1)
        }
    }
}
