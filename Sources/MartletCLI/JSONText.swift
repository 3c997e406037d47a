/// JSON for `--json`, with members in the order in which they are given.
indirect enum JSONText {
    case none
    case flag(Bool)
    case count(Int)
    case number(Double)
    case text(String)
    case list([JSONText])
    case members([(String, JSONText)])

    static func optional(_ text: String?) -> JSONText { text.map { .text($0) } ?? .none }

    /// A whole document.
    static func object(_ members: [(String, JSONText)]) -> String {
        JSONText.members(members).rendered
    }

    var rendered: String {
        switch self {
        case .none: "null"
        case .flag(let flag): flag ? "true" : "false"
        case .count(let count): "\(count)"
        case .number(let number): "\(number)"
        case .text(let text): Self.quoted(text)
        case .list(let values): "[" + values.map(\.rendered).joined(separator: ", ") + "]"
        case .members(let members):
            "{"
                + members.map { Self.quoted($0.0) + ": " + $0.1.rendered }
                .joined(separator: ", ") + "}"
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
