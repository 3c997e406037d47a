// Each fuzzer over some thousand mutations of its seeds, and over every input that once broke a
// promise. MARTLET_TEST_ROUNDS makes it longer; `make fuzz` looks for new ways with libFuzzer.

import MartletTestBasics
import Testing

@testable import MartletFuzzing

extension Fuzzer: CustomTestStringConvertible {
    public var testDescription: String { name }
}

@Suite struct FuzzerTests {
    private static let repository = Repository(
        path: "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/"))

    private func finding(_ fuzzer: Fuzzer, _ input: [UInt8]) -> String? {
        input.withUnsafeBytes { bytes in
            do throws(Finding) {
                try fuzzer.check(bytes)
                return nil
            } catch {
                return error.description
            }
        }
    }

    @Test("seeds and what once broke a promise keep all of them", arguments: Fuzzer.all)
    func seeds(_ fuzzer: Fuzzer) {
        let seeds = fuzzer.seeds(Self.repository)
        #expect(seeds.count >= 2)
        for seed in seeds + Self.repository.found(fuzzer.name) {
            #expect(finding(fuzzer, seed) == nil, "\(seed)")
        }
    }

    @Test("whatever a parser is given, it keeps its promises", arguments: Fuzzer.all)
    func mutations(_ fuzzer: Fuzzer) {
        var random = SeededRandom(seed: testSetting("MARTLET_TEST_SEED") ?? 7)
        let seeds = fuzzer.seeds(Self.repository) + Self.repository.found(fuzzer.name)
        let mutator = Mutator(seeds: seeds, words: fuzzer.words)
        // A whole file is made and opened for each input there.
        let usual = fuzzer.name == "vector-files" ? 60 : 3_000
        let rounds = testSetting("MARTLET_TEST_ROUNDS").map { Int($0) } ?? usual
        for _ in 0..<rounds {
            let input = mutator.input(&random)
            guard let finding = finding(fuzzer, input) else { continue }
            Issue.record("\(finding): \(input); \(random)")
            return
        }
    }
}
