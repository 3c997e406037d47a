// What only requests as they are sent can break: names of enumeration values, and tables that are
// named in one of two ways.

package import MartletCatalog
internal import MartletModel

extension MemberChecks {
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
        if let name = TableName(inARN: value) { return name }
        if !value.isEmpty { namePattern(value, at: path()) }
        length(of: value, in: 1...1024, at: path())
        return TableName(value)
    }

    /// Throws what was collected.
    package func check() throws(WireError) {
        if let error { throw .validation(error.message) }
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
