/// A table's name: 3 to 255 of `a-z A-Z 0-9 _ . -`, checked where requests are read.
public struct TableName: Hashable, Comparable, Sendable, CustomStringConvertible,
    ExpressibleByStringLiteral
{
    public let description: String

    public init(_ name: String) { description = name }
    public init(stringLiteral value: String) { description = value }

    // Names are ASCII, so the order of strings is the order of bytes.
    public static func < (left: TableName, right: TableName) -> Bool {
        left.description < right.description
    }
}
