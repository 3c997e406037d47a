// The constraints of the service's model, checked before anything else about a request and reported
// together: at most ten in one text, in the order in which they were checked. Paths are the
// members' names in lower camel case, joined by dots; elements of lists count from one.

package import MartletCatalog

/// Collects what breaks the model's constraints. Costs nothing while nothing does.
package struct MemberChecks {
    /// More than these are not listed, nor counted.
    static let reportedLimit = 10

    private var failures: [String] = []

    package init() {}

    package var isEmpty: Bool { failures.isEmpty }

    /// - Parameters:
    ///   - value: the value as the service echoes it; nil for null.
    package mutating func fail(_ value: String?, at path: String, _ constraint: String) {
        guard failures.count < Self.reportedLimit else { return }
        let echo = value.map { "'\($0)'" } ?? "null"
        failures.append(
            "Value \(echo) at '\(path)' failed to satisfy constraint: \(constraint)")
    }

    /// Adds a failure in a form of its own.
    package mutating func fail(text: String) {
        guard failures.count < Self.reportedLimit else { return }
        failures.append(text)
    }

    package mutating func require(_ isPresent: Bool, at path: @autoclosure () -> String) {
        guard !isPresent else { return }
        fail(nil, at: path(), "Member must not be null")
    }

    /// Checks a text's length in UTF-16 units, which is what the service's Java counts.
    package mutating func length(
        of value: String?, in range: ClosedRange<Int>, at path: @autoclosure () -> String
    ) {
        guard let value else { return }
        length(value.utf16.count, of: value, in: range, at: path())
    }

    /// Checks the length of anything.
    package mutating func length(
        _ length: Int, of value: @autoclosure () -> String, in range: ClosedRange<Int>,
        at path: @autoclosure () -> String
    ) {
        if length < range.lowerBound {
            fail(
                value(), at: path(),
                "Member must have length greater than or equal to \(range.lowerBound)")
        } else if length > range.upperBound {
            fail(
                value(), at: path(),
                "Member must have length less than or equal to \(range.upperBound)")
        }
    }

    /// Checks a number; an end that is nil is open.
    package mutating func range(
        of value: Int?, from lower: Int? = nil, through upper: Int? = nil,
        at path: @autoclosure () -> String
    ) {
        guard let value else { return }
        if let lower, value < lower {
            fail(
                String(value), at: path(),
                "Member must have value greater than or equal to \(lower)")
        } else if let upper, value > upper {
            fail(String(value), at: path(), "Member must have value less than or equal to \(upper)")
        }
    }

    /// Checks a name against `[a-zA-Z0-9_.-]+`.
    package mutating func namePattern(_ value: String?, at path: @autoclosure () -> String) {
        guard let value, !isName(value) else { return }
        fail(
            value, at: path(), "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+")
    }

    /// The value that a text names, or a failure that lists what it could have named.
    package mutating func choice<Value>(
        _ text: String?, of choices: Choices<Value>, at path: @autoclosure () -> String
    ) -> Value? {
        guard let text else { return nil }
        if let entry = choices.entries.first(where: { $0.text == text }) { return entry.value }
        fail(text, at: path(), "Member must satisfy enum value set: [\(choices.list)]")
        return nil
    }

    /// Checks the name of a table that a request for items or for a table's state names.
    ///
    /// An ARN of a table stands for the table. A name of one or two characters breaks no
    /// constraint here; there is just no such table.
    package mutating func tableName(
        _ value: String?, at path: @autoclosure () -> String = "tableName"
    ) -> TableName {
        guard let value else {
            require(false, at: path())
            return ""
        }
        if let name = nameOfTable(inARN: value) { return TableName(name) }
        if !value.isEmpty { namePattern(value, at: path()) }
        length(of: value, in: 1...1024, at: path())
        return TableName(value)
    }

    /// Checks the name of an index.
    package mutating func indexName(_ value: String?, at path: @autoclosure () -> String) {
        namePattern(value, at: path())
        length(of: value, in: 3...255, at: path())
    }

    /// Throws what was collected.
    package func check() throws(WireError) {
        guard !failures.isEmpty else { return }
        let noun = failures.count == 1 ? "validation error" : "validation errors"
        throw .validation(
            "\(failures.count) \(noun) detected: \(failures.joined(separator: "; "))")
    }
}

/// The values of an enumeration, in the order in which the service lists them.
package struct Choices<Value: Sendable>: Sendable {
    let entries: [(text: String, value: Value)]

    package init(_ entries: KeyValuePairs<String, Value>) {
        self.entries = entries.map { ($0.key, $0.value) }
    }

    var list: String { entries.map(\.text).joined(separator: ", ") }
}

extension Choices where Value: RawRepresentable, Value.RawValue == String {
    /// Values whose raw values are their names.
    package init(_ values: [Value]) {
        entries = values.map { ($0.rawValue, $0) }
    }
}

/// Whether a text consists of one or more of `a-z A-Z 0-9 _ . -`.
func isName(_ text: String) -> Bool {
    !text.isEmpty
        && text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: "-"):
                true
            default: false
            }
        }
}

/// The table's name in `arn:aws:dynamodb:<region>:<account>:table/<name>`.
func nameOfTable(inARN text: String) -> String? {
    guard text.hasPrefix("arn:") else { return nil }
    let parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
    guard parts.count == 6, parts[2] == "dynamodb", parts[5].hasPrefix("table/") else {
        return nil
    }
    let name = String(parts[5].dropFirst("table/".count))
    return isName(name) ? name : nil
}
