// Time and chance as a client sees them; tests have their own.

internal import Glibc

package protocol ClientClock: Sendable {
    /// Seconds since the Unix epoch.
    var epochSeconds: Int64 { get }
    /// At random, 0 ..< 1.
    func fraction() -> Double
    /// Blocks the thread; returns early when `isOver` says so.
    func pause(_ duration: Duration, until isOver: () -> Bool)
}

package struct SystemClock: ClientClock {
    /// How long a pause may go on after it is over.
    private static let slice: Duration = .milliseconds(20)

    package init() {}

    package var epochSeconds: Int64 { Int64(time(nil)) }

    package func fraction() -> Double { .random(in: 0..<1) }

    package func pause(_ duration: Duration, until isOver: () -> Bool) {
        let end = ContinuousClock.now + duration
        while !isOver() {
            let rest = end - ContinuousClock.now
            guard rest > .zero else { return }
            usleep(UInt32(max(min(rest, Self.slice).milliseconds, 1) * 1000))
        }
    }
}
