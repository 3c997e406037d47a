// The constraints of the service's model, checked before anything else about a request and reported
// together: at most ten in one text, in the order in which they were checked. Paths are the
// members' names in lower camel case, joined by dots; elements of lists count from one.

package import MartletModel

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
        guard let value, !TableName.hasOnlyNameCharacters(value) else { return }
        fail(
            value, at: path(), "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+")
    }

    /// Checks the name of an index, or of a table that is to be made.
    package mutating func name(_ value: String?, at path: @autoclosure () -> String) {
        namePattern(value, at: path())
        length(of: value, in: Limits.tableNameCharacters, at: path())
    }

    /// What was collected, as one text; nil when that is nothing.
    package var error: ValidationError? {
        guard !failures.isEmpty else { return nil }
        let noun = failures.count == 1 ? "validation error" : "validation errors"
        return ValidationError(
            "\(failures.count) \(noun) detected: \(failures.joined(separator: "; "))")
    }
}
