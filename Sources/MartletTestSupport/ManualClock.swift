internal import MartletCatalog
package import MartletEngine
internal import MartletThreads

/// A clock that stands until it is moved. Any thread may read or move it.
package final class ManualClock: Sendable {
    private let seconds: Locked<Double>

    /// - Parameter now: seconds since 1970; by default a day in 2026.
    package init(now: Double = 1_790_000_000) { seconds = Locked(now) }

    package var now: Double { seconds.withLock { $0 } }

    package func advance(seconds step: Double) { seconds.withLock { $0 += step } }

    /// The clock as an engine takes it.
    package var clock: Clock { Clock { Timestamp(secondsSince1970: self.now) } }
}
