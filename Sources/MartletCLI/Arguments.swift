/// Reads `--name value`, `--name=value` and `--flag` from a command line.
struct Arguments {
    private var rest: ArraySlice<String>
    private var attached: String?
    private var name = ""

    init(_ arguments: [String]) { rest = arguments[...] }

    /// The next option's name, or nil at the end.
    mutating func nextOption() throws(UsageError) -> String? {
        if attached != nil { throw UsageError("\(name) takes no value") }
        guard let word = rest.popFirst() else { return nil }
        guard word.hasPrefix("--"), word.count > 2 else {
            throw UsageError("unexpected argument \(word)")
        }
        guard let equals = word.firstIndex(of: "=") else {
            name = word
            return word
        }
        name = String(word[..<equals])
        attached = String(word[word.index(after: equals)...])
        return name
    }

    /// The value of the option that was just read.
    mutating func value() throws(UsageError) -> String {
        if let value = attached {
            attached = nil
            return value
        }
        guard let value = rest.popFirst() else { throw UsageError("\(name) needs a value") }
        return value
    }

    /// The value as a whole number within a range.
    mutating func integer(in range: ClosedRange<Int>) throws(UsageError) -> Int {
        let text = try value()
        guard let number = Int(text), range.contains(number) else {
            throw UsageError(
                "\(name) takes a number from \(range.lowerBound) to \(range.upperBound), not \(text)"
            )
        }
        return number
    }

    /// The value as a probability, from 0 to 1.
    mutating func probability() throws(UsageError) -> Double {
        let text = try value()
        guard let number = Double(text), (0...1).contains(number) else {
            throw UsageError("\(name) takes a probability from 0 to 1, not \(text)")
        }
        return number
    }

    /// The value as milliseconds: one number, or the least and the most with a hyphen between.
    mutating func milliseconds() throws(UsageError) -> ClosedRange<Int> {
        let text = try value()
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard let first = ends.first, let least = first, let last = ends.last, let most = last,
            ends.count <= 2, 0 <= least, least <= most, most <= 600_000
        else {
            throw UsageError("\(name) takes milliseconds such as 20 or 5-50, not \(text)")
        }
        return least...most
    }

    /// The value as bytes: a number, or one with a unit of KiB, MiB or GiB (K, M, G).
    mutating func bytes(in range: ClosedRange<Int>) throws(UsageError) -> Int {
        let text = try value()
        let digits = text.prefix { $0.isNumber }
        let units = [
            "": 1, "K": 1 << 10, "KiB": 1 << 10, "M": 1 << 20, "MiB": 1 << 20, "G": 1 << 30,
            "GiB": 1 << 30,
        ]
        guard let number = Int(digits), let unit = units[String(text.dropFirst(digits.count))],
            case let (bytes, overflow) = number.multipliedReportingOverflow(by: unit), !overflow,
            range.contains(bytes)
        else {
            throw UsageError(
                "\(name) takes \(range.lowerBound) to \(range.upperBound) bytes, such as 64M, "
                    + "not \(text)")
        }
        return bytes
    }
}
