// `martlet-simulate`: runs histories of random operations on the engine, over a disk that forgets, and
// says which of them went wrong. Exit codes: 0 none did, 1 one did, 2 the command line is wrong.

internal import Glibc
internal import MartletSimulation

let help = """
    usage: martlet-simulate [--seed N] [--seeds COUNT] [--steps M] [--plant BUG] [--keep-going]

    Runs COUNT histories (default 1) of M steps (default 1000), from seed N on (default 1), on the
    engine in memory: its disk forgets what was not synced, its power goes at any commit, its clock
    jumps. Everything is compared with a plain model. A history that fails is shown as short as it can
    be made, with its seed.

      --plant BUG    makes a mistake on purpose, to see it found:
                     \(PlantedBug.allCases.map(\.rawValue).joined(separator: " "))
      --keep-going   goes on after a failure

    """

func fail(_ text: String) -> Never {
    let line = "martlet-simulate: \(text); see --help\n"
    _ = line.withCString { write(STDERR_FILENO, $0, strlen($0)) }
    exit(2)
}

var (first, seedCount, stepCount): (UInt64, UInt64, Int) = (1, 1, 1000)
var bug: PlantedBug?
var keepsGoing = false
var words = CommandLine.arguments.dropFirst()
while let word = words.popFirst() {
    func number() -> UInt64 {
        guard let text = words.popFirst(), let number = UInt64(text) else {
            fail("\(word) needs a number")
        }
        return number
    }
    switch word {
    case "--seed": first = number()
    case "--seeds": seedCount = number()
    case "--steps": stepCount = Int(number())
    case "--plant":
        guard let name = words.popFirst(), let found = PlantedBug(rawValue: name) else {
            fail("--plant needs one of \(PlantedBug.allCases.map(\.rawValue))")
        }
        bug = found
    case "--keep-going": keepsGoing = true
    case "--help":
        print(help, terminator: "")
        exit(0)
    default: fail("unknown option \(word)")
    }
}

let folder = SimulationFolder()
var counts = SimulationCounts()
var failureCount = 0
for seed in first..<first + seedCount {
    let steps = Step.history(seed: seed, count: stepCount)
    guard
        let failure = Simulation.outcome(
            of: steps, seed: seed, bug: bug, folder: folder.path, counts: &counts)
    else { continue }
    failureCount += 1
    print("seed \(seed) fails at step \(failure.step): \(failure.text)")
    let shrunk = Simulation.shrunk(steps, failure, seed: seed, bug: bug, folder: folder.path)
    print("shortest history: \(shrunk)")
    print("run it again with: martlet-simulate --seed \(seed) --steps \(stepCount)")
    if !keepsGoing { break }
}
print(
    "\(counts.steps) steps, \(counts.writes) writes, \(counts.reads) reads, "
        + "\(counts.crashes) crashes, \(counts.comparisons) comparisons; \(failureCount) failures")
folder.remove()
exit(failureCount == 0 ? 0 : 1)
