import MartletCatalog
import Testing

@testable import MartletCLI

@Suite struct TransferCommandTests {
    private func refusal(_ make: () throws(UsageError) -> Void) -> String? {
        do throws(UsageError) {
            try make()
            return nil
        } catch {
            return error.description
        }
    }

    @Test(
        "an import that does not say what and where is refused",
        arguments: [
            ([], "--table is needed"),
            (["--table", "Tab"], "--from is needed"),
            (["--table", "a b"], "no name of a table: a b"),
            (
                ["--table", "Tab", "--from", "x"],
                "--partition-key or --definition is needed, and not both"
            ),
            (
                ["--table", "Tab", "--from", "x", "--partition-key", "a:S", "--definition", "y"],
                "--partition-key or --definition is needed, and not both"
            ),
            (["--partition-key", "a"], "a key is a name and a type, such as id:S; not a"),
            (["--sort-key", ":S"], "a key is a name and a type, such as id:S; not :S"),
            (["--sort-key", "a:SS"], "a key is a name and a type, such as id:S; not a:SS"),
            (["--format", "ion"], "--format takes csv or dynamodb-json, not ion"),
            (["--compression", "xz"], "--compression takes none, gzip or zstd, not xz"),
            (["--delimiter", "ab"], "--delimiter takes one of , ; : | tab and space"),
            (["--nonsense"], "unknown option --nonsense"),
        ])
    func imports(words: [String], text: String) {
        #expect(refusal { () throws(UsageError) in _ = try ImportCommand(words) } == text)
    }

    @Test(
        "an export, a backup and a restore name what they need, and nothing that contradicts it",
        arguments: [
            ("export", ["--to", "x"], "--table is needed"),
            ("export", ["--table", "Tab"], "--to is needed"),
            (
                "export", ["--table", "Tab", "--to", "x", "--view", "new"],
                "--to-time and --view go with --from-time"
            ),
            (
                "export", ["--table", "Tab", "--to", "x", "--time", "1", "--from-time", "1"],
                "--time and --from-time exclude each other"
            ),
            (
                "export", ["--time", "noon"],
                "a moment is seconds since 1970, or like 2026-11-20T12:00:00Z; not noon"
            ),
            ("backup", [], "--table is needed"),
            ("backup", ["--list", "--name", "abc"], "--list and --name exclude each other"),
            ("restore", ["--backup", "b"], "--to is needed"),
            ("restore", ["--to", "Tab"], "--backup or --table is needed, and not both"),
            (
                "restore", ["--to", "Tab", "--backup", "b", "--time", "1"],
                "--time goes with --table"
            ),
        ] as [(String, [String], String)])
    func others(command: String, words: [String], text: String) throws {
        let all: [any Command.Type] = [ExportCommand.self, BackupCommand.self, RestoreCommand.self]
        let type = try #require(all.first { $0.name == command })
        #expect(refusal { () throws(UsageError) in _ = try type.init(words) } == text)
    }

    @Test(
        "a moment is a number of seconds or a date and a time in UTC",
        arguments: [
            ("0", 0), ("1700000000.5", 1_700_000_000.5), ("1970-01-01T00:00:01Z", 1),
            ("2026-11-20T12:00:00Z", 1_795_176_000), ("2024-02-29T00:00:00Z", 1_709_164_800),
        ] as [(String, Double)])
    func moments(text: String, seconds: Double) {
        #expect(Timestamp(commandLine: text)?.secondsSince1970 == seconds)
    }

    @Test(
        "other texts are no moments",
        arguments: [
            "", "-1", "nan", "inf", "2026-11-20", "2026-11-20 12:00:00", "2026-11-20T12:00:00",
            "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "2026-11-20T24:00:00Z",
            "2026-11-20T12:00:00Zx",
        ])
    func noMoments(text: String) {
        #expect(Timestamp(commandLine: text) == nil)
    }
}
