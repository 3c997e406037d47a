// What can be wrong with an attribute value that has the right JSON shape. Reading finds it, but
// it is reported later, in its place in an operation's order of validation, and its text depends
// on the generation of validation that the operation has (docs/operations/README.md).

package import MartletModel

/// The form in which an operation reports what it finds in the request itself.
package enum ValidationGeneration: Sendable {
    /// PutItem, UpdateItem, DeleteItem: the newest texts, inside `1 validation error detected: …`.
    case enveloped
    /// GetItem, BatchGetItem, Query, Scan: the newest texts, bare.
    case plain
    /// BatchWriteItem and transactions: the older texts, bare.
    case older

    /// A text of this generation as the error that clients see.
    package func error(_ text: String) -> WireError {
        switch self {
        case .enveloped: .validation("1 validation error detected: " + text)
        case .plain, .older: .validation(text)
        }
    }
}

/// The first thing wrong with an attribute value.
package struct ValueProblem: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        case noType
        case severalTypes
        case nullIsFalse
        case emptySet(AttributeType)
        /// The members as sent; binaries in base64.
        case repeatedMember(AttributeType, members: [String])
        /// A numeral and what it has wrong with it.
        case number(DecimalNumber.Failure, String)
        case nesting
        /// An attribute, in an item or in a map, whose name is empty or longer than names may be.
        case emptyName
        case longName
    }

    package var kind: Kind
    /// The entry it was found in: an attribute's name, or a placeholder.
    package var entry: Text

    /// The text for a value of an item or a key.
    package func text(in generation: ValidationGeneration) -> String {
        let invalid = "One or more parameter values were invalid: "
        switch kind {
        case .noType:
            return "Supplied AttributeValue is empty, must contain exactly one of the supported "
                + "datatypes"
        case .severalTypes:
            return "Supplied AttributeValue has more than one datatypes set, must contain exactly "
                + "one of the supported datatypes"
        case .nullIsFalse:
            return invalid + "Null attribute value types must have the value of true"
        case .emptySet(let type): return ValueFault.emptySet(type).text
        case .repeatedMember(.numberSet, _): return "Input collection contains duplicates"
        case .repeatedMember(let type, let members):
            let list =
                generation == .older
                ? members.joined(separator: ", ")
                : Self.firstRepeatSorted(members, type).map { "\"\($0)\"" }.joined(separator: ", ")
            let kind = type == .binarySet ? "of type BS" : ""
            return invalid + "Input collection [\(list)]\(kind) contains duplicates."
        case .number(let failure, let numeral): return Self.text(failure, numeral)
        case .nesting: return ValueFault.nesting.text
        case .emptyName: return ValueFault.emptyName.text
        case .longName: return ValueFault.longName.text
        }
    }

    /// The text for a value of ExpressionAttributeValues.
    package func expressionValueText(in generation: ValidationGeneration) -> String {
        let text = text(in: generation)
        guard generation == .older, kind != .nesting else { return text }
        return "ExpressionAttributeValues contains invalid value: \(text) for key \(entry)"
    }

    static func text(_ failure: DecimalNumber.Failure, _ numeral: String) -> String {
        switch failure {
        case .notNumeric: "The parameter cannot be converted to a numeric value: \(numeral)"
        case .overflow:
            "Number overflow. Attempting to store a number with magnitude larger than supported "
                + "range"
        case .underflow:
            "Number underflow. Attempting to store a number with magnitude smaller than supported "
                + "range"
        case .tooManyDigits: "Attempting to store more than 38 significant digits in a Number"
        }
    }

    /// The members up to the first repeat in order of their bytes, the repeat, then the rest as
    /// sent: what a sorted set shows that refused a member.
    private static func firstRepeatSorted(_ members: [String], _ type: AttributeType) -> [String] {
        func bytes(_ member: String) -> [UInt8] {
            let text = Array(member.utf8)
            guard type == .binarySet else { return text }
            return text.withUnsafeBufferPointer { (try? Base64.decode($0)) ?? text }
        }
        var taken: [(bytes: [UInt8], member: String)] = []
        for (position, member) in members.enumerated() {
            let key = bytes(member)
            if taken.contains(where: { $0.bytes == key }) {
                taken.sort { $0.bytes.lexicographicallyPrecedes($1.bytes) }
                return taken.map(\.member) + members[position...]
            }
            taken.append((key, member))
        }
        return members
    }
}
