// `martlet stats`: what a data directory holds and what that takes, by kind of row and by table.

internal import Martlet
internal import MartletEngine

struct StatsCommand: Command {
    static let help = Help.stats
    static let name = "stats"

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
        let figures: DataDirectoryCare.Figures
        do throws(DatabaseError) {
            figures = try DataDirectoryCare(path: dataPath).figures(
                progress: Progress.rows("counted"))
        } catch {
            throw CommandFailure(error.description)
        }
        Progress.end()
        if isJSON { showJSON(figures) } else { show(figures) }
    }

    /// Disk bytes of tables and blob files for each that live rows need.
    private func amplification(_ figures: DataDirectoryCare.Figures) -> Double? {
        guard figures.liveBytes > 0 else { return nil }
        return Double(max(figures.diskBytes - figures.logBytes, figures.liveBytes))
            / Double(figures.liveBytes)
    }

    private func show(_ figures: DataDirectoryCare.Figures) {
        var rows = [["kind", "of", "rows", "live bytes", "dead rows", "dead bytes", "on disk"]]
        func add(_ line: StoreInventory.Line, _ owner: String) {
            rows.append([
                line.kind, owner, "\(line.rowCount)", "\(line.liveBytes)",
                line.deadCount.map { "\($0)" } ?? "", line.deadBytes.map { "\($0)" } ?? "",
                "\(line.diskBytes)",
            ])
        }
        for kind in figures.inventory.kinds { add(kind, "all") }
        for line in figures.inventory.lines { if let owner = line.owner { add(line, owner) } }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max()! }
        for row in rows {
            let cells = row.enumerated().map { column, text in
                let space = String(repeating: " ", count: widths[column] - text.count)
                return column < 2 ? text + space : space + text
            }
            print(cells.joined(separator: "  "))
        }
        for file in figures.inventory.vectorFiles {
            print("vector file of \(file.owner): \(file.live) vectors, \(file.dead) dead places")
        }
        print(
            "on disk: \(figures.diskBytes) bytes, \(figures.logBytes) of them log; rows that are "
                + "there need about \(figures.liveBytes)")
        if let amplification = amplification(figures) {
            print("space amplification: \((amplification * 100).rounded() / 100)")
        }
        print(
            "to be compacted: \(figures.pendingCompactionBytes) bytes; write stalls since opening: "
                + "\(figures.writeStallCount)")
    }

    private func showJSON(_ figures: DataDirectoryCare.Figures) {
        func text(_ line: StoreInventory.Line) -> JSONText {
            .members([
                ("kind", .text(line.kind)), ("of", .optional(line.owner)),
                ("rows", .count(line.rowCount)), ("liveBytes", .count(line.liveBytes)),
                ("deadRows", line.deadCount.map(JSONText.count) ?? .none),
                ("deadBytes", line.deadBytes.map(JSONText.count) ?? .none),
                ("diskBytes", .count(line.diskBytes)),
            ])
        }
        print(
            JSONText.object([
                ("kinds", .list(figures.inventory.kinds.map(text))),
                ("owners", .list(figures.inventory.lines.filter { $0.owner != nil }.map(text))),
                (
                    "vectorFiles",
                    .list(
                        figures.inventory.vectorFiles.map {
                            .members([
                                ("of", .text($0.owner)), ("live", .count($0.live)),
                                ("dead", .count($0.dead)),
                            ])
                        })
                ),
                ("diskBytes", .count(figures.diskBytes)), ("logBytes", .count(figures.logBytes)),
                ("liveBytes", .count(figures.liveBytes)),
                ("spaceAmplification", amplification(figures).map(JSONText.number) ?? .none),
                ("pendingCompactionBytes", .count(figures.pendingCompactionBytes)),
                ("writeStalls", .count(figures.writeStallCount)),
            ]))
    }
}
