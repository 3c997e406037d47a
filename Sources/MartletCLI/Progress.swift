internal import Glibc

/// How far a long command is, on one line of a terminal; nothing elsewhere.
enum Progress {
    private static let isShown = isatty(STDERR_FILENO) != 0

    /// - Parameter verb: what is done to rows.
    static func rows(_ verb: String) -> @Sendable (Int) -> Void {
        { count in if isShown { write("\r\(count) rows \(verb)", to: STDERR_FILENO) } }
    }

    /// Clears the line.
    static func end() { if isShown { write("\r\u{1B}[K", to: STDERR_FILENO) } }
}
