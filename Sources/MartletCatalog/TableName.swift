/// A table's name: 3 to 255 of `a-z A-Z 0-9 _ . -`, checked where requests are read.
package struct TableName: Hashable, Comparable, Sendable, CustomStringConvertible,
    ExpressibleByStringLiteral
{
    package let description: String

    package init(_ name: String) { description = name }
    package init(stringLiteral value: String) { description = value }

    // Names are ASCII, so the order of strings is the order of bytes.
    package static func < (left: TableName, right: TableName) -> Bool {
        left.description < right.description
    }
}
