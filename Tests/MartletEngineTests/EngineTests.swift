import Glibc
import MartletCatalog
import MartletEngine
import MartletKeyValue
import MartletModel
import MartletTestSupport
import Testing

@Suite struct EngineTests {
    @Test("an engine dropped without being closed finishes its writes and lets go of its store")
    func dropped() throws {
        let clock = ManualClock()
        let answers = Collected<String>()
        weak var store: MemoryStore?
        do {
            let held = MemoryStore()
            store = held
            var options = EngineOptions()
            options.clock = clock.clock
            let engine = try Engine(store: held, options: options)
            _ = try engine.run(CreateTable(TableRequest(short: "Tab", hash: "pk:N")))
            for number in 0..<20 {
                engine.submit(DeleteItem(table: "Tab", key: ["pk": .integer(number)])) { _ in
                    answers.append("\(number)")
                }
            }
        }
        // The threads let go when they have ended, which nobody waits for.
        for _ in 0..<1000 where store != nil { usleep(10_000) }
        #expect(store == nil)
        #expect(answers.all == (0..<20).map { "\($0)" })
    }
}
