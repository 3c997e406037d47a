import MartletTestBasics
import MartletTestSupport
import Testing

@Suite struct RandomHistoryTests {
    /// `MARTLET_TEST_STEPS` makes it longer, `MARTLET_TEST_SEED` runs one seed again.
    @Test("an engine answers as a sorted dictionary would, whatever happens in whatever order")
    func agreesWithTheModel() throws {
        let steps = Int(testSetting("MARTLET_TEST_STEPS") ?? 900)
        let seeds: [UInt64] = testSetting("MARTLET_TEST_SEED").map { seed in [seed] } ?? [1, 2, 3]
        for seed in seeds {
            var history = try RandomHistory(seed: seed)
            try history.run(steps: steps)
        }
    }
}
