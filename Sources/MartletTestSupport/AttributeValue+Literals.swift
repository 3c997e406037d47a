// Values in few words, beside the literals that all programs have.

public import MartletModel

extension AttributeValue: ExpressibleByNilLiteral {
    public init(nilLiteral: ()) { self = .null }
}

extension AttributeValue {
    package static func text(_ value: String) -> AttributeValue { .string(Text(value)) }

    package static func integer(_ value: Int) -> AttributeValue { .number(DecimalNumber(value)) }

    /// A number from its numeral, which must be a good one.
    package static func decimal(_ numeral: String) -> AttributeValue {
        .number(try! DecimalNumber(parsing: numeral))
    }

    package static func strings(_ members: String...) -> AttributeValue {
        .stringSet(SortedSet(distinct: members.map { Text($0) })!)
    }

    package static func numbers(_ members: Int...) -> AttributeValue {
        .numberSet(SortedSet(distinct: members.map { DecimalNumber($0) })!)
    }

    /// Text of so many bytes, for sizes.
    package static func filler(_ byteCount: Int) -> AttributeValue {
        .string(Text(String(repeating: "x", count: byteCount)))
    }

    /// The value in one line, as dumps show it.
    package var notation: String {
        switch self {
        case .string(let text): "\"\(text)\""
        case .number(let number): number.description
        case .binary(let bytes): "0x" + hexadecimal(bytes)
        case .bool(let value): value ? "true" : "false"
        case .null: "null"
        case .stringSet(let set):
            "{" + set.elements.map { "\"\($0)\"" }.joined(separator: ", ") + "}"
        case .numberSet(let set):
            "{" + set.elements.map(\.description).joined(separator: ", ") + "}"
        case .binarySet(let set):
            "{" + set.elements.map { "0x" + hexadecimal($0.bytes) }.joined(separator: ", ") + "}"
        case .list(let elements):
            "[" + elements.map(\.notation).joined(separator: ", ") + "]"
        case .map(let entries): entries.notation
        }
    }
}

extension AttributeMap {
    /// The item in one line, as dumps show it.
    package var notation: String {
        "{" + entries.map { "\($0.name): \($0.value.notation)" }.joined(separator: ", ") + "}"
    }
}

package func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }.joined()
}
