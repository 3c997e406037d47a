import MartletSimulation
import Testing

/// `make simulate` is the long form.
@Suite struct SimulationTests {
    private static func outcome(
        seed: UInt64, steps: Int, bug: PlantedBug? = nil
    ) -> ShrunkHistory? {
        let folder = SimulationFolder()
        defer { folder.remove() }
        let history = Step.history(seed: seed, count: steps)
        var counts = SimulationCounts()
        let failure = Simulation.outcome(
            of: history, seed: seed, bug: bug, folder: folder.path, counts: &counts)
        return failure.map {
            Simulation.shrunk(history, $0, seed: seed, bug: bug, folder: folder.path)
        }
    }

    @Test(
        "an engine on a disk that forgets, under a clock that jumps, is what the model says",
        arguments: 1...8 as ClosedRange<UInt64>)
    func agrees(seed: UInt64) {
        let failure = Self.outcome(seed: seed, steps: 400)
        #expect(failure == nil, "\(failure.map(\.description) ?? "")")
    }

    /// Each was a history that the model, or the tester, had wrong.
    @Test(
        "histories that once failed do not",
        arguments: [
            // A backup that had come to be when the power went, unanswered.
            (
                390,
                [
                    Step(.createTable, seed: 84_893_975_026_963),
                    Step(.crash, seed: 186_539_119_601_922),
                    Step(.deleteTable, seed: 150_242_149_813_982),
                ]
            ),
            // A table restored to a moment that the clock showed again, after writes.
            (
                757,
                [
                    Step(.createTable, seed: 104_689_411_616_405),
                    Step(.changeRecovery, seed: 187_328_095_370_842),
                    Step(.remember, seed: 160_920_622_327_276),
                    Step(.moveClock, seed: 41_963_320_740_057),
                    Step(.write, seed: 268_975_861_020_989),
                    Step(.moveClock, seed: 36_930_517_021_609),
                    Step(.crash, seed: 186_563_252_336_265),
                    Step(.background, seed: 59_719_859_699_386),
                ]
            ),
            // A stream's records of before the clock went back, a day after that.
            (
                844,
                [
                    Step(.moveClock, seed: 88_614_838_048_237),
                    Step(.moveClock, seed: 16_543_255_768_353),
                    Step(.crash, seed: 209_387_736_376_573),
                    Step(.moveClock, seed: 200_325_764_983_849),
                    Step(.moveClock, seed: 58_086_677_671_486),
                    Step(.moveClock, seed: 111_376_777_272_085),
                    Step(.background, seed: 198_119_276_269_163),
                ]
            ),
        ] as [(UInt64, [Step])])
    func onceFailed(seed: UInt64, steps: [Step]) {
        let folder = SimulationFolder()
        defer { folder.remove() }
        var counts = SimulationCounts()
        let failure = Simulation.outcome(
            of: steps, seed: seed, folder: folder.path, counts: &counts)
        #expect(failure == nil, "\(failure.map(\.description) ?? "")")
    }

    @Test("a planted bug is found, and by a history of few steps", arguments: PlantedBug.harmful)
    func findsBugs(bug: PlantedBug) throws {
        for seed in 1...40 as ClosedRange<UInt64> {
            guard let found = Self.outcome(seed: seed, steps: 300, bug: bug) else { continue }
            #expect(found.steps.count <= 30, "\(found)")
            return
        }
        Issue.record("\(bug) was not found")
    }

    @Test("what is allowed is no bug", arguments: [1, 2, 3] as [UInt64])
    func acceptsWhatIsAllowed(seed: UInt64) {
        let failure = Self.outcome(seed: seed, steps: 300, bug: .journalLineTwice)
        #expect(failure == nil, "\(failure.map(\.description) ?? "")")
    }

    @Test("the same seed gives the same history and the same answers")
    func repeats() throws {
        func fingerprint() throws -> UInt64 {
            let folder = SimulationFolder()
            defer { folder.remove() }
            let simulation = try Simulation(seed: 5, folder: folder.path)
            #expect(simulation.run(Step.history(seed: 5, count: 300)) == nil)
            return simulation.fingerprint
        }
        #expect(try fingerprint() == fingerprint())
    }
}
