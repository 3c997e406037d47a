// The program. Exit codes: 0 success, 1 the command failed, 2 the command line is wrong, 3 the
// command did a part of it, or the data that it looked at is damaged.

internal import Glibc
internal import Martlet

@main
enum Main {
    private static var commands: [any Command.Type] {
        [
            ServeCommand.self, ImportCommand.self, ExportCommand.self, BackupCommand.self,
            RestoreCommand.self, CopyCommand.self, CheckCommand.self, RepairCommand.self,
            StatsCommand.self,
        ]
    }

    static func main() {
        var arguments = Array(CommandLine.arguments.dropFirst())
        switch arguments.first {
        case nil:
            print(Help.program, terminator: "")
            exit(2)
        case "--help", "-help", "-h", "help":
            print(Help.program, terminator: "")
        case "--version", "-version":
            print("martlet \(MartletVersion.current)")
        case let first? where commands.contains { $0.name == first }:
            arguments.removeFirst()
            run(commands.first { $0.name == first }!, arguments)
        case let first? where DynamoDBLocalFlags.recognizes(first):
            // A script that started DynamoDB Local starts the server.
            run(ServeCommand.self, arguments)
        case let first?:
            fail("unknown command \(first); see martlet --help", code: 2)
        }
    }

    private static func run(_ type: any Command.Type, _ arguments: [String]) {
        if arguments.contains(where: { ["--help", "-help", "-h"].contains($0) }) {
            print(type.help, terminator: "")
            return
        }
        do throws(UsageError) {
            let command = try type.init(arguments)
            do throws(CommandFailure) {
                try command.run()
            } catch {
                fail(error.description, code: error.code)
            }
        } catch {
            fail("\(error.description); see martlet \(type.name) --help", code: 2)
        }
    }

    private static func fail(_ text: String, code: Int32) -> Never {
        write("martlet: \(text)\n", to: STDERR_FILENO)
        exit(code)
    }
}

/// A command of the program: made of its words, then run once.
protocol Command {
    static var name: String { get }
    /// What `--help` prints.
    static var help: String { get }

    init(_ words: [String]) throws(UsageError)

    /// Ends the process itself if it has an exit code of its own.
    func run() throws(CommandFailure)
}

/// A command line that does not say what to do.
struct UsageError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// A command that could not do what it was told.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String
    /// What the program exits with.
    let code: Int32

    init(_ description: String, code: Int32 = 1) {
        self.description = description
        self.code = code
    }
}
