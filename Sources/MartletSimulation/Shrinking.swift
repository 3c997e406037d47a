// Makes a failing history short: parts of it are left out, larger ones first, as long as it still fails.
// Not every step that is left is needed, but none of them alone can be left out.

package struct ShrunkHistory: Sendable, CustomStringConvertible {
    package let seed: UInt64
    package let steps: [Step]
    package let failure: SimulationFailure
    /// How many histories were run for it.
    package let attemptCount: Int

    package var description: String {
        "seed \(seed), \(steps.count) steps: \(steps.map(\.description).joined(separator: ", "))\n"
            + failure.description
    }
}

extension Simulation {
    /// - Parameter attemptLimit: so many histories are run at most.
    package static func shrunk(
        _ steps: [Step], _ failure: SimulationFailure, seed: UInt64, bug: PlantedBug? = nil,
        folder: String? = nil, attemptLimit: Int = 400
    ) -> ShrunkHistory {
        var best = Array(steps.prefix(failure.step + 1))
        var found = failure
        var attempts = 0
        var counts = SimulationCounts()
        var part = max(1, best.count / 2)
        while part >= 1 {
            var place = 0
            var isShorter = false
            while place < best.count, attempts < attemptLimit {
                var shorter = best
                shorter.removeSubrange(place..<min(place + part, best.count))
                attempts += 1
                if let failure = Self.outcome(
                    of: shorter, seed: seed, bug: bug, folder: folder, counts: &counts)
                {
                    best = Array(shorter.prefix(failure.step + 1))
                    found = failure
                    isShorter = true
                } else {
                    place += part
                }
            }
            if attempts >= attemptLimit || part == 1 && !isShorter { break }
            if part > 1 { part = max(1, part / 2) }
        }
        return ShrunkHistory(seed: seed, steps: best, failure: found, attemptCount: attempts)
    }
}
