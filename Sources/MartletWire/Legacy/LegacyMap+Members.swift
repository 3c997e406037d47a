// The structures of the legacy maps.

internal import MartletCatalog
internal import MartletExpressions
internal import MartletModel

/// An element of QueryFilter, ScanFilter or KeyConditions.
struct ConditionMember: LegacyMember {
    static let modelName: StaticString = "Condition"

    var comparison: String?
    var operands: [DecodedValue]?

    mutating func read(
        _ name: JSONString, from reader: inout JSONReader
    ) throws(WireError) -> Bool {
        switch name {
        case "ComparisonOperator": comparison = try reader.readOptionalString()
        case "AttributeValueList": operands = try reader.readOptionalValues()
        default: return false
        }
        return true
    }

    func check(at path: String, _ checks: inout MemberChecks) {
        checks.require(comparison != nil, at: path + ".comparisonOperator")
        _ = checks.choice(
            comparison, of: .comparisonOperator, at: path + ".comparisonOperator")
    }

    /// - Precondition: checked.
    func condition(
        on attribute: Text, in generation: ValidationGeneration
    ) throws(ValidationError) -> LegacyCondition {
        try LegacyCondition(
            attribute, comparison.flatMap(ComparisonOperator.init(rawValue:))!,
            try (operands ?? []).checked(in: generation))
    }
}

/// An element of Expected.
struct ExpectationMember: LegacyMember {
    static let modelName: StaticString = "ExpectedAttributeValue"

    var exists: Bool?
    var value: DecodedValue?
    var comparison: String?
    var operands: [DecodedValue]?

    mutating func read(
        _ name: JSONString, from reader: inout JSONReader
    ) throws(WireError) -> Bool {
        switch name {
        case "Exists": exists = try reader.readOptionalBool()
        case "Value": value = try reader.readOptionalValue()
        case "ComparisonOperator": comparison = try reader.readOptionalString()
        case "AttributeValueList": operands = try reader.readOptionalValues()
        default: return false
        }
        return true
    }

    func check(at path: String, _ checks: inout MemberChecks) {
        _ = checks.choice(
            comparison, of: .comparisonOperator, at: path + ".comparisonOperator")
    }

    /// - Precondition: checked.
    func condition(
        on attribute: Text, in generation: ValidationGeneration
    ) throws(ValidationError) -> LegacyCondition {
        let expectation = LegacyExpectation(
            attribute: attribute, exists: exists, value: value?.value,
            comparison: comparison.flatMap(ComparisonOperator.init(rawValue:)),
            operands: operands?.map(\.value))
        try expectation.checkForm()
        _ = try (operands ?? value.map { [$0] } ?? []).checked(in: generation)
        return try expectation.condition()
    }
}

/// An element of AttributeUpdates.
struct UpdateMember: LegacyMember {
    static let modelName: StaticString = "AttributeValueUpdate"

    var action: String?
    var value: DecodedValue?

    mutating func read(
        _ name: JSONString, from reader: inout JSONReader
    ) throws(WireError) -> Bool {
        switch name {
        case "Action": action = try reader.readOptionalString()
        case "Value": value = try reader.readOptionalValue()
        default: return false
        }
        return true
    }

    func check(at path: String, _ checks: inout MemberChecks) {
        _ = checks.choice(action, of: .attributeAction, at: path + ".action")
    }

    /// - Precondition: checked.
    func update(
        of attribute: Text, in generation: ValidationGeneration
    ) throws(ValidationError) -> LegacyUpdate {
        if let problem = ValueProblem(ofName: attribute) ?? value?.problem {
            throw ValidationError(problem.text(in: generation))
        }
        return try LegacyUpdate(
            attribute: attribute,
            action: action.flatMap(LegacyUpdate.Action.init(rawValue:)) ?? .put,
            value: value?.value)
    }
}

extension [DecodedValue] {
    fileprivate func checked(
        in generation: ValidationGeneration
    ) throws(ValidationError) -> [AttributeValue] {
        if let problem = lazy.compactMap(\.problem).first {
            throw ValidationError(problem.text(in: generation))
        }
        return map(\.value)
    }
}

extension ValueProblem {
    /// What is wrong with the name of an attribute that an item would get; nil when nothing is.
    fileprivate init?(ofName name: Text) {
        if name.isEmpty {
            self.init(kind: .emptyName, entry: name)
        } else if name.utf8Count > Limits.attributeNameBytes {
            self.init(kind: .longName, entry: name)
        } else {
            return nil
        }
    }
}
