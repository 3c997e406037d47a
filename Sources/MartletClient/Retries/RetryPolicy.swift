// When a failed attempt is made again: AWS's standard retry mode.
//
// Attempt n (from 1) that fails is followed, after a random time between nothing and
// min(base × 2^(n−1), longest), by the next, if the failure is one that can pass, attempts are left
// and the budget has tokens. Every retry takes tokens from the client's budget; a success gives back
// what the last retry before it took, or one if it needed none. So when everything fails, retries
// stop making it worse.

/// How often, and after what time, a failed attempt is made again.
public struct RetryPolicy: Sendable, Equatable {
    /// Attempts of a call in all, from 1.
    public var attempts = 3
    /// The longest pause after the first attempt; each later one may take twice as long.
    public var base: Duration = .seconds(1)
    /// No pause is longer.
    public var longest: Duration = .seconds(20)
    /// Tokens that a client begins with and never exceeds; nil: retries are not rationed.
    public var budget: Int? = 500

    public init() {}

    /// - Parameters:
    ///   - attempt: the one that failed, from 1.
    ///   - fraction: at random, 0 ..< 1.
    package func pause(after attempt: Int, fraction: Double) -> Duration {
        var bound = base
        for _ in 1..<max(attempt, 1) where bound < longest { bound *= 2 }
        return min(bound, longest) * fraction
    }
}

/// The tokens that a client has for retries. Not thread safe.
package struct RetryBudget: Sendable {
    private let capacity: Int?
    package private(set) var tokens: Int

    package init(_ policy: RetryPolicy) {
        capacity = policy.budget
        tokens = policy.budget ?? 0
    }

    /// What a retry after this failure takes.
    package static func cost(after error: ClientError) -> Int {
        if case .transport(let error) = error, error.reason == .timedOut { 10 } else { 5 }
    }

    /// Takes tokens for a retry; false when there are too few.
    package mutating func take(_ cost: Int) -> Bool {
        guard capacity != nil else { return true }
        guard tokens >= cost else { return false }
        tokens -= cost
        return true
    }

    /// Notes a success.
    /// - Parameter cost: of the retry that brought it; nil if the first attempt did.
    package mutating func giveBack(_ cost: Int?) {
        guard let capacity else { return }
        tokens = min(capacity, tokens + (cost ?? 1))
    }
}
