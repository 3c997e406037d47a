// `martlet-fuzz`: one of the fuzzers under libFuzzer, which makes inputs with a look at what code they
// reach. What breaks a promise ends the process, and libFuzzer writes the input to a file.
//
//   martlet-fuzz list
//   martlet-fuzz prepare REPOSITORY NAME FOLDER      seeds, and FOLDER.words, a dictionary
//   martlet-fuzz run NAME [libFuzzer's options and folders]

import CAllocations
import Glibc
import MartletFuzzing
import MartletTestBasics

@_extern(c, "LLVMFuzzerRunDriver")
func runLibFuzzer(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

@main
struct FuzzRunner {
    /// Set once, before libFuzzer runs; it calls back on this thread.
    nonisolated(unsafe) private static var current = Fuzzer.all[0]
    /// The first run makes what is made once.
    nonisolated(unsafe) private static var isWarm = false

    static func main() throws {
        var arguments = CommandLine.arguments.dropFirst()
        switch arguments.popFirst() {
        case "list": for fuzzer in Fuzzer.all { print(fuzzer.name) }
        case "prepare":
            guard arguments.count == 3 else { stop("prepare REPOSITORY NAME FOLDER") }
            let repository = Repository(path: arguments.removeFirst())
            try prepare(fuzzer(arguments.removeFirst()), repository, arguments.removeFirst())
        case "run":
            current = fuzzer(arguments.popFirst() ?? "")
            run()
        default: stop("list, prepare or run")
        }
    }

    private static func stop(_ text: String) -> Never {
        let line = "martlet-fuzz: \(text)\n"
        _ = line.withCString { Glibc.write(STDERR_FILENO, $0, strlen($0)) }
        exit(2)
    }

    private static func fuzzer(_ name: String) -> Fuzzer {
        guard let fuzzer = Fuzzer.all.first(where: { $0.name == name }) else {
            stop("no fuzzer \(name)")
        }
        return fuzzer
    }

    private static func prepare(
        _ fuzzer: Fuzzer, _ repository: Repository, _ folder: String
    ) throws {
        mkdir(folder, 0o700)
        let seeds = fuzzer.seeds(repository) + repository.found(fuzzer.name)
        for (number, seed) in seeds.enumerated() {
            try write(seed, toFile: "\(folder)/seed-\(number)")
        }
        let words = fuzzer.words.map { word in
            let escaped = word.utf8.map { byte in
                (byte < 16 ? "\\x0" : "\\x") + String(byte, radix: 16)
            }
            return "\"\(escaped.joined())\"\n"
        }
        try write(Array(words.joined().utf8), toFile: folder + ".words")
    }

    private static func run() -> Never {
        guard martlet_begin_counting_allocations() != 0 else { stop("nobody counts allocations") }
        // libFuzzer sees its own arguments: the program's name, and what follows the fuzzer's.
        var count = CommandLine.argc - 2
        var arguments = CommandLine.unsafeArgv + 2
        arguments[0] = CommandLine.unsafeArgv[0]
        exit(
            runLibFuzzer(&count, &arguments) { start, count in
                FuzzRunner.check(UnsafeRawBufferPointer(start: start, count: count))
                return 0
            })
    }

    private static func check(_ bytes: UnsafeRawBufferPointer) {
        let before = martlet_allocated_bytes()
        do throws(Finding) {
            try current.check(bytes)
        } catch {
            fatalError("\(current.name): \(error)")
        }
        let used = martlet_allocated_bytes() - before
        let limit = current.allocation.base + current.allocation.perByte * bytes.count
        guard used > limit, isWarm else {
            isWarm = true
            return
        }
        fatalError("\(current.name): allocated \(used) bytes for \(bytes.count) of input")
    }
}
