// `martlet repair`: makes again what follows from the rest, and moves what is damaged to quarantine.
// Exit codes: 0 the directory is whole now, 3 something is still wrong; 1 and 2 as for every command.

internal import Glibc
internal import Martlet
internal import MartletEngine

struct RepairCommand: Command {
    static let help = Help.repair
    static let name = "repair"

    private var dataPath = "martlet-data"
    private var isJSON = false

    init(_ words: [String]) throws(UsageError) {
        var arguments = Arguments(words)
        while let option = try arguments.nextOption() {
            switch option {
            case "--data": dataPath = try arguments.value()
            case "--json": isJSON = true
            default: throw UsageError("unknown option \(option)")
            }
        }
    }

    func run() throws(CommandFailure) {
        let files: DataDirectoryCare.FileRepair?
        let rows: RepairReport
        do throws(DatabaseError) {
            (files, rows) = try DataDirectoryCare(path: dataPath).repair()
        } catch {
            throw CommandFailure(error.description)
        }
        if isJSON { showJSON(files, rows) } else { show(files, rows) }
        if !rows.remaining.isEmpty { exit(CheckCommand.damageCode) }
    }

    private func show(_ files: DataDirectoryCare.FileRepair?, _ rows: RepairReport) {
        if let files {
            print(files.finding.line)
            print(
                "The store's files were made readable again. What was in damaged parts of them is "
                    + "lost, and rows deleted of late may be back. The files as they were: "
                    + files.copyPath)
            if files.lostValueCount > 0 {
                print("rows whose values cannot be read, taken out: \(files.lostValueCount)")
            }
        }
        for finding in rows.found { print("found: \(finding.line)") }
        for (action, count) in rows.counts.sorted(by: { $0.key < $1.key }) {
            print("done: \(action.rawValue) (\(count))")
        }
        if let path = rows.quarantinePath { print("quarantine: \(path)") }
        for finding in rows.remaining { print("still wrong: \(finding.line)") }
        if rows.sealedCount > 0 {
            print(
                "\(dataPath) holds encrypted indexes (\(rows.sealedCount)), in which nothing is "
                    + "repaired without their keys. Nothing was changed.")
        } else if files == nil, rows.found.isEmpty {
            print("\(dataPath) is sound; nothing was changed.")
        }
    }

    private func showJSON(_ files: DataDirectoryCare.FileRepair?, _ rows: RepairReport) {
        let counts = rows.counts.sorted { $0.key < $1.key }
        print(
            JSONText.object([
                ("sound", .flag(rows.remaining.isEmpty)), ("sealed", .count(rows.sealedCount)),
                ("files", files.map { JSONText($0.finding) } ?? .none),
                ("filesBefore", .optional(files?.copyPath)),
                ("lostValues", .count(files?.lostValueCount ?? 0)),
                ("found", .list(rows.found.map(JSONText.init))),
                ("done", .members(counts.map { ("\($0.key)", .count($0.value)) })),
                ("quarantine", .optional(rows.quarantinePath)),
                ("remaining", .list(rows.remaining.map(JSONText.init))),
            ]))
    }
}
