// DynamoDB's JSON for attribute values, read straight into the model:
//
//   {"S": text} {"N": numeral} {"B": base64} {"BOOL": true|false} {"NULL": true}
//   {"SS": [text…]} {"NS": [numeral…]} {"BS": [base64…]} {"L": [value…]} {"M": {name: value…}}
//
// A member of the wrong JSON type throws at once. A value that is wrong in another way (no type or
// several, an empty set, a bad number …) is noted, the first one only, and read as null, so that
// the caller can report it when its turn comes.

package import MartletModel

/// An item, a key or a set of expression values, and the first thing wrong with it.
package struct DecodedAttributes: Sendable {
    package var values: AttributeMap
    package var problem: ValueProblem?

    /// The values, unless something is wrong with one of an item or a key.
    package func checked(
        _ generation: ValidationGeneration
    ) throws(WireError) -> AttributeMap {
        if let problem { throw generation.error(problem.text(in: generation)) }
        return values
    }
}

extension JSONReader {
    /// The class of attribute values in the service's texts.
    static let attributeValueClass = modelClass("AttributeValue")

    /// An item, a key or ExpressionAttributeValues; nil for null.
    package mutating func readOptionalAttributes() throws(WireError) -> DecodedAttributes? {
        guard let progress = try beginMap(of: Self.attributeValueClass) else { return nil }
        return try readAttributes(progress)
    }

    /// Continues a map of attribute values that was opened by the caller.
    package mutating func readAttributes(
        _ progress: Progress
    ) throws(WireError) -> DecodedAttributes {
        var progress = progress
        var values = AttributeMapBuilder()
        valueProblem = nil
        while let name = try nextMember(&progress) {
            let isClean = valueProblem == nil
            let text = name.text
            checkName(text)
            values.add(text, name.prefix, try readAttributeValue(level: 0))
            if isClean, valueProblem != nil { valueProblem?.entry = text }
        }
        let problem = valueProblem
        valueProblem = nil
        return DecodedAttributes(values: values.finish(), problem: problem)
    }

    /// Reads `{"<type>": …}`.
    /// - Parameter level: lists and maps around the value.
    mutating func readAttributeValue(level: Int) throws(WireError) -> AttributeValue {
        guard var progress = try beginStructure("AttributeValue", isEntry: true) else {
            note(.noType)
            return .null
        }
        var value: AttributeValue?
        var type: AttributeType?
        var hasSeveralTypes = false
        while let name = try nextMember(&progress) {
            guard let found = AttributeType(wireName: name) else {
                try skipValue()
                continue
            }
            if try readNull() { continue }
            if let type, type != found { hasSeveralTypes = true }
            type = found
            value = try readPayload(found, level: level)
        }
        if hasSeveralTypes { note(.severalTypes) }
        guard let value else {
            note(.noType)
            return .null
        }
        return value
    }

    @inline(__always)
    private mutating func readPayload(
        _ type: AttributeType, level: Int
    ) throws(WireError) -> AttributeValue {
        switch type {
        case .string: .string(try readMember().text)
        case .number: .number(try readDecimal())
        case .binary: .binary(try readOptionalBlob() ?? [])
        case .bool: .bool(try readOptionalBool() ?? false)
        case .null: try readNullPayload()
        case .stringSet: try readStringSet()
        case .numberSet: try readNumberSet()
        case .binarySet: try readBinarySet()
        case .list: try readList(level: level)
        case .map: try readMap(level: level)
        }
    }

    /// A string that is not null.
    @inline(__always)
    private mutating func readMember() throws(WireError) -> JSONString {
        if try peek() == .string { return try readString() }
        throw try mismatch(try peek(), "String", class: "java.lang.String")
    }

    private mutating func readDecimal() throws(WireError) -> DecimalNumber {
        let numeral = try readMember()
        var number = DecimalNumber.zero
        do throws(DecimalNumber.Failure) {
            if numeral.hasEscapes {
                number = try DecimalNumber(parsing: numeral.string)
            } else {
                number = try DecimalNumber(parsing: numeral.raw)
            }
        } catch {
            note(.number(error, numeral.string))
        }
        return number
    }

    private mutating func readNullPayload() throws(WireError) -> AttributeValue {
        if try readOptionalBool() == false { note(.nullIsFalse) }
        return .null
    }

    // MARK: Sets

    private mutating func readStringSet() throws(WireError) -> AttributeValue {
        var members: [Text] = []
        try readSet(.stringSet) { reader throws(WireError) in
            members.append(try reader.readMember().text)
        }
        guard let set = SortedSet(distinct: members) else {
            note(.repeatedMember(.stringSet, members: members.map(\.string)))
            return .null
        }
        return .stringSet(set)
    }

    private mutating func readNumberSet() throws(WireError) -> AttributeValue {
        var members: [DecimalNumber] = []
        let wasClean = valueProblem == nil
        try readSet(.numberSet) { reader throws(WireError) in
            members.append(try reader.readDecimal())
        }
        // A numeral that could not be read stands as zero, and is no repetition.
        if wasClean, valueProblem != nil { return .null }
        guard let set = SortedSet(distinct: members) else {
            note(.repeatedMember(.numberSet, members: []))
            return .null
        }
        return .numberSet(set)
    }

    private mutating func readBinarySet() throws(WireError) -> AttributeValue {
        var members: [Binary] = []
        try readSet(.binarySet) { reader throws(WireError) in
            members.append(Binary(try reader.readOptionalBlob() ?? []))
        }
        guard let set = SortedSet(distinct: members) else {
            let texts = members.map { Base64.encoded($0.bytes) }
            note(.repeatedMember(.binarySet, members: texts))
            return .null
        }
        return .binarySet(set)
    }

    private mutating func readSet(
        _ type: AttributeType, _ readMember: (inout JSONReader) throws(WireError) -> Void
    ) throws(WireError) {
        guard var progress = try beginList() else { return }
        var isEmpty = true
        while try nextElement(&progress) {
            isEmpty = false
            if try readNull() {
                note(.noType)
            } else {
                try readMember(&self)
            }
        }
        if isEmpty { note(.emptySet(type)) }
    }

    // MARK: Documents

    /// Lists and maps that may stand around each other.
    private static let containerLimit = Limits.nestingLevels - 1

    private mutating func readList(level: Int) throws(WireError) -> AttributeValue {
        guard var progress = try beginList() else { return .list([]) }
        guard level < Self.containerLimit else {
            note(.nesting)
            while try nextElement(&progress) { try skipValue() }
            return .null
        }
        var elements: [AttributeValue] = []
        while try nextElement(&progress) {
            elements.append(try readAttributeValue(level: level + 1))
        }
        return .list(elements)
    }

    private mutating func readMap(level: Int) throws(WireError) -> AttributeValue {
        guard var progress = try beginMap(of: Self.attributeValueClass) else {
            return .map(AttributeMap())
        }
        guard level < Self.containerLimit else {
            note(.nesting)
            while try nextMember(&progress) != nil { try skipValue() }
            return .null
        }
        var entries = AttributeMapBuilder()
        while let name = try nextMember(&progress) {
            let text = name.text
            checkName(text)
            entries.add(text, name.prefix, try readAttributeValue(level: level + 1))
        }
        return .map(entries.finish())
    }

    @inline(__always)
    private mutating func checkName(_ name: Text) {
        if name.isEmpty { note(.emptyName) }
        if name.utf8Count > Limits.attributeNameBytes { note(.longName) }
    }

    /// Keeps the first problem; `readAttributes` adds where it was.
    private mutating func note(_ kind: ValueProblem.Kind) {
        if valueProblem == nil { valueProblem = ValueProblem(kind: kind, entry: "") }
    }
}

extension AttributeType {
    /// The type that a member of an attribute value names.
    @inline(__always)
    init?(wireName name: JSONString) {
        guard !name.hasEscapes else {
            self.init(rawValue: name.string)
            return
        }
        let bytes = name.start
        switch name.count {
        case 1:
            switch bytes[0] {
            case UInt8(ascii: "S"): self = .string
            case UInt8(ascii: "N"): self = .number
            case UInt8(ascii: "M"): self = .map
            case UInt8(ascii: "L"): self = .list
            case UInt8(ascii: "B"): self = .binary
            default: return nil
            }
        case 2:
            guard bytes[1] == UInt8(ascii: "S") else { return nil }
            switch bytes[0] {
            case UInt8(ascii: "S"): self = .stringSet
            case UInt8(ascii: "N"): self = .numberSet
            case UInt8(ascii: "B"): self = .binarySet
            default: return nil
            }
        case 4:
            if name.equals("BOOL") {
                self = .bool
            } else if name.equals("NULL") {
                self = .null
            } else {
                return nil
            }
        default: return nil
        }
    }
}
