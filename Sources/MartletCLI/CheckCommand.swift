// `martlet check`: whether a data directory is whole. Exit codes: 0 it is, 3 it is not; 1 and 2 as
// for every command.

internal import Glibc
internal import Martlet
internal import MartletCatalog
internal import MartletEngine
internal import MartletModel

struct CheckCommand: Command {
    static let help = Help.check
    static let name = "check"
    /// Something is damaged.
    static let damageCode: Int32 = 3

    private var dataPath = "martlet-data"
    private var isDeep = false
    private var isJSON = false

    init(_ words: [String]) throws(UsageError) {
        var arguments = Arguments(words)
        while let option = try arguments.nextOption() {
            switch option {
            case "--data": dataPath = try arguments.value()
            case "--deep": isDeep = true
            case "--json": isJSON = true
            default: throw UsageError("unknown option \(option)")
            }
        }
    }

    func run() throws(CommandFailure) {
        let report: CheckReport
        do throws(DatabaseError) {
            report = try DataDirectoryCare(path: dataPath).check(
                isDeep: isDeep, progress: Progress.rows("checked"))
        } catch {
            throw CommandFailure(error.description)
        }
        Progress.end()
        if isJSON {
            print(
                JSONText.object([
                    ("sound", .flag(report.findings.isEmpty)), ("deep", .flag(isDeep)),
                    ("rowsRead", .count(report.rowCount)),
                    ("sealed", .count(report.sealedCount)),
                    ("findings", .list(report.findings.map(JSONText.init))),
                ]))
        } else {
            for finding in report.findings { print(finding.line) }
            print(verdict(report))
        }
        if !report.findings.isEmpty { exit(Self.damageCode) }
    }

    private func verdict(_ report: CheckReport) -> String {
        switch (report.findings.isEmpty, report.sealedCount) {
        case (true, 0): "\(dataPath) is sound; \(report.rowCount) rows were read."
        case (true, let count):
            "\(dataPath) holds encrypted indexes (\(count)). Checksums and forms are sound; "
                + "\(report.rowCount) records were read. Whether their contents are those that were "
                + "written, only opening them with their keys tells."
        case (false, 0):
            "\(dataPath) is damaged. Make a copy of it, then see martlet repair --help."
        case (false, _):
            "\(dataPath) holds encrypted indexes, and is damaged. Restore it from a copy, or open it "
                + "with its keys: files of graphs and directories are made again then."
        }
    }
}

extension InvariantFinding {
    /// For people: what is wrong and where.
    var line: String {
        var line = description
        if let detail { line += ": \(detail)" }
        if let space { line += ", rows of kind \(space)" }
        if !keyHashes.isEmpty {
            line += ", keys with hashes " + keyHashes.map(\.hexadecimal).joined(separator: " ")
            if rowCount > keyHashes.count { line += " …" }
        }
        return line
    }
}

extension JSONText {
    init(_ finding: InvariantFinding) {
        self = .members([
            ("problem", .text("\(finding.problem)")),
            ("says", .text(finding.problem.rawValue)),
            ("table", .optional(finding.table?.description)),
            ("index", .optional(finding.index?.string)),
            ("keySpace", .optional(finding.space.map { "\($0)" })),
            ("rows", .count(finding.rowCount)),
            ("keyHashes", .list(finding.keyHashes.map { .text($0.hexadecimal) })),
            ("file", .optional(finding.file)), ("detail", .optional(finding.detail)),
        ])
    }
}

extension UInt64 {
    fileprivate var hexadecimal: String {
        let digits = String(self, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
