// How far a command is, on standard error: a bar that is drawn over itself on a terminal, a line now
// and then anywhere else. Nothing is drawn more often than a person reads.
//
// Thread safety: one thread.

internal import Glibc

struct ProgressBar {
    private static let drawSeconds = 0.1
    private static let lineSeconds = 5.0
    private static let width = 30

    private let unit: String
    private let isTerminal: Bool
    private let isQuiet: Bool
    private let start = ContinuousClock.now
    private var drawn: ContinuousClock.Instant?
    /// How many columns of the terminal the last line took.
    private var columns = 0

    /// - Parameters:
    ///   - unit: of what is counted, such as `items`.
    ///   - isQuiet: shows nothing.
    init(unit: String, isQuiet: Bool = false) {
        self.unit = unit
        self.isQuiet = isQuiet
        isTerminal = isatty(STDERR_FILENO) == 1
    }

    /// Shows that `done` of `total` are done, unless that was shown a moment ago.
    /// - Parameter total: nil when nobody knows.
    mutating func show(_ phase: String, _ done: Int, of total: Int?) {
        show { [unit, isTerminal] seconds in
            Self.text(phase, done, of: total, unit, seconds: seconds, isBar: isTerminal)
        }
    }

    /// - Parameter text: the line, told for how many seconds the command runs.
    private mutating func show(_ text: (Double) -> String) {
        guard !isQuiet else { return }
        let now = ContinuousClock.now
        let interval = isTerminal ? Self.drawSeconds : Self.lineSeconds
        // A command that is soon done says nothing anywhere but on a terminal.
        let since = drawn ?? (isTerminal ? now - .seconds(1) : start)
        guard now - since >= .seconds(interval) else { return }
        drawn = now
        let text = text((now - start) / .seconds(1))
        guard isTerminal else { return write("martlet: \(text)\n", to: STDERR_FILENO) }
        let padding = String(repeating: " ", count: max(0, columns - text.count))
        columns = text.count
        write("\r\(text)\(padding)", to: STDERR_FILENO)
    }

    /// Shows for how long something is going on of which nobody knows how far it is.
    mutating func show(_ phase: String) {
        show { "\(phase), \(Int($0)) s" }
    }

    /// Takes the bar away.
    mutating func clear() {
        guard columns > 0 else { return }
        write("\r\(String(repeating: " ", count: columns))\r", to: STDERR_FILENO)
        columns = 0
    }

    /// One line: phase, bar, counts, rate, and how long it still takes.
    static func text(
        _ phase: String, _ done: Int, of total: Int?, _ unit: String, seconds: Double, isBar: Bool
    ) -> String {
        var text = phase
        let rate = seconds > 0 ? Double(done) / seconds : 0
        if let total, total > 0 {
            let share = min(1, Double(done) / Double(total))
            if isBar {
                let filled = Int(share * Double(width))
                text += " [" + String(repeating: "#", count: filled)
                text += String(repeating: "-", count: width - filled) + "]"
            }
            text += " \(Int(share * 100))% \(grouped(done)) of \(grouped(total)) \(unit)"
        } else {
            text += " \(grouped(done)) \(unit)"
        }
        text += ", \(grouped(Int(rate)))/s"
        if let total, rate > 0, done < total {
            let left = Int((Double(total - done) / rate).rounded(.up))
            text += left < 60 ? ", \(left) s left" : ", \(left / 60) min \(left % 60) s left"
        }
        return text
    }

    /// Digits in groups of three.
    static func grouped(_ number: Int) -> String {
        var text = ""
        for (place, digit) in String(number).reversed().enumerated() {
            if place > 0, place % 3 == 0, digit != "-" { text.append(",") }
            text.append(digit)
        }
        return String(text.reversed())
    }
}
