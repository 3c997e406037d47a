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
