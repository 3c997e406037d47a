import Testing

@testable import MartletCLI

@Suite struct ArgumentsTests {
    @Test("values follow their option or are attached to it")
    func values() throws {
        for words in [["--port", "9000"], ["--port=9000"]] {
            var arguments = Arguments(words)
            #expect(try arguments.nextOption() == "--port")
            #expect(try arguments.integer(in: 0...65_535) == 9000)
            #expect(try arguments.nextOption() == nil)
        }
    }

    @Test(
        "sizes take a unit",
        arguments: [
            ("64M", 64 << 20), ("64MiB", 64 << 20), ("1G", 1 << 30), ("4096", 4096), ("8K", 8192),
        ])
    func sizes(text: String, bytes: Int) throws {
        var arguments = Arguments(["--memory-budget", text])
        _ = try arguments.nextOption()
        #expect(try arguments.bytes(in: 1...1 << 40) == bytes)
    }

    @Test(
        "a wrong command line is refused",
        arguments: [
            ["--port"], ["--port", "70000"], ["--port", "x"], ["--in-memory=yes", "--port", "1"],
            ["stray"], ["--unknown"], ["--durability", "maybe"], ["--memory-budget", "12X"],
            ["--memory-budget", "99999999999999999999G"], ["--tls-key", "key.pem"],
            ["--separate", "everything"], ["--cors", "app.example.com"], ["--cors", "https://"],
            ["--cors", "https://a.example/path"],
        ])
    func refusals(words: [String]) {
        #expect(throws: UsageError.self) { _ = try ServeCommand(words) }
    }
}

@Suite struct DynamoDBLocalFlagsTests {
    @Test("the flags mean the same here")
    func translation() {
        let words = [
            "-Djava.library.path=./lib", "-jar", "DynamoDBLocal.jar", "-sharedDb", "-inMemory",
            "-port", "8123", "-dbPath", "/data", "-cors", "*", "-delayTransientStatuses",
        ]
        #expect(
            DynamoDBLocalFlags.translated(words)
                == [
                    "--separate=none", "--in-memory", "--port", "8123", "--data", "/data",
                    "--cors", "*", "--delay-transient-statuses",
                ])
    }

    @Test("our own options stay as they are")
    func ownOptions() {
        let words = ["--data", "somewhere", "--log-requests"]
        #expect(DynamoDBLocalFlags.translated(words) == words)
    }

    @Test("such a command line starts the server without a command's name")
    func recognition() {
        #expect(DynamoDBLocalFlags.recognizes("-inMemory"))
        #expect(DynamoDBLocalFlags.recognizes("-jar"))
        #expect(!DynamoDBLocalFlags.recognizes("serve"))
        #expect(!DynamoDBLocalFlags.recognizes("--port"))
    }
}
