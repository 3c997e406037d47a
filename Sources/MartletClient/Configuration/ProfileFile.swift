// AWS's shared files: `~/.aws/config` and `~/.aws/credentials`.
//
//   [profile dev]              [dev] in the credentials file; `default` has no `profile`
//   region = eu-west-2         a comment begins a line, or follows white space: # or ;
//   services = local
//   [services local]
//   dynamodb =                 a name without a value: indented names below belong to it
//     endpoint_url = http://localhost:8000
//
// Names are compared in lower case. Of a section or a name that comes twice the later counts.

/// What a shared file says, by section.
package struct ProfileFile: Sendable, Equatable {
    /// A file's line that is neither section, pair nor comment; from 1.
    package struct MalformedLine: Error, Equatable {
        package var number: Int
    }

    package struct Section: Sendable, Equatable {
        package var values: [String: String] = [:]
        /// Indented pairs, by the name they stand under.
        package var nested: [String: [String: String]] = [:]
    }

    /// By the text between the brackets, white space made single.
    package private(set) var sections: [String: Section] = [:]

    package init() {}

    package init(_ text: String) throws(MalformedLine) {
        var section: String?
        var outer: String?
        var number = 0
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            number += 1
            let content = Self.content(line)
            if content.isEmpty { continue }
            if content.first == "[" {
                guard content.last == "]" else { throw MalformedLine(number: number) }
                let name = content.dropFirst().dropLast().split(whereSeparator: \.isWhitespace)
                    .joined(separator: " ")
                section = name
                outer = nil
                sections[name, default: Section()] = sections[name] ?? Section()
                continue
            }
            guard let section, let equals = content.firstIndex(of: "=") else {
                throw MalformedLine(number: number)
            }
            let name = Self.trimmed(content[..<equals]).lowercased()
            let value = Self.trimmed(content[content.index(after: equals)...])
            if line.first == " " || line.first == "\t" {
                guard let outer else { throw MalformedLine(number: number) }
                sections[section]?.nested[outer, default: [:]][name] = value
            } else {
                sections[section]?.values[name] = value
                outer = name
            }
        }
    }

    /// A line without its comment and the white space around.
    private static func content(_ line: Substring) -> String {
        var end = line.startIndex
        var isAfterSpace = true
        while end < line.endIndex {
            let character = line[end]
            if isAfterSpace, character == "#" || character == ";" { break }
            isAfterSpace = character == " " || character == "\t"
            end = line.index(after: end)
        }
        return trimmed(line[..<end])
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        var text = Substring(text)
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}
