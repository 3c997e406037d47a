// The legacy parameters of one request, as sent. Enumerations are still texts, and what is wrong
// with a value waits for its place in the operation's order.
//
// An object, so that requests without such parameters carry one empty reference; it changes only
// while its request is read.

internal import MartletCatalog
internal import MartletExpressions
internal import MartletModel

final class LegacyMembers {
    /// In the order of reading.
    private var present: [LegacyParameter] = []

    var attributesToGet: [Text]?
    var attributeUpdates = LegacyMap<UpdateMember>()
    var expected = LegacyMap<ExpectationMember>()
    /// QueryFilter or ScanFilter: no operation has both.
    var filter = LegacyMap<ConditionMember>()
    var keyConditions = LegacyMap<ConditionMember>()
    var conditionalOperator: String?

    func has(_ parameter: LegacyParameter) -> Bool { present.contains(parameter) }

    /// Reads a parameter; the last of several of one name counts.
    func read(_ parameter: LegacyParameter, from reader: inout JSONReader) throws(WireError) {
        present.removeAll { $0 == parameter }
        let isPresent: Bool
        switch parameter {
        case .attributesToGet:
            attributesToGet = try reader.readOptionalTexts()
            isPresent = attributesToGet != nil
        case .conditionalOperator:
            conditionalOperator = try reader.readOptionalString()
            isPresent = conditionalOperator != nil
        case .attributeUpdates: isPresent = try attributeUpdates.read(from: &reader)
        case .expected: isPresent = try expected.read(from: &reader)
        case .queryFilter, .scanFilter: isPresent = try filter.read(from: &reader)
        case .keyConditions: isPresent = try keyConditions.read(from: &reader)
        }
        if isPresent { present.append(parameter) }
    }

    // MARK: Member checks

    /// Checks the constraints of the service's model.
    /// - Parameters:
    ///   - parameter: which one; nothing is checked where it is absent.
    ///   - prefix: what stands before its path.
    func check(
        _ parameter: LegacyParameter, at prefix: String = "", _ checks: inout MemberChecks
    ) {
        guard has(parameter) else { return }
        let path = prefix + parameter.path
        switch parameter {
        case .attributesToGet:
            let names = attributesToGet ?? []
            checks.length(
                names.count, of: "[" + names.map(\.string).joined(separator: ", ") + "]",
                in: 1...255, at: path)
        case .conditionalOperator:
            _ = checks.choice(conditionalOperator, of: .conditionalOperator, at: path)
        case .attributeUpdates: attributeUpdates.check(at: path, &checks)
        case .expected: expected.check(at: path, &checks)
        case .queryFilter, .scanFilter: filter.check(at: path, &checks)
        case .keyConditions: keyConditions.check(at: path, &checks)
        }
    }

    /// ConditionalOperator joins conditions, so it needs two.
    func checkConditionalOperator() throws(ValidationError) {
        guard conditionalOperator != nil else { return }
        switch max(expected.entries.count, filter.entries.count) {
        case 0:
            throw ValidationError("ConditionalOperator cannot be used without Filter or Expected")
        case 1:
            throw ValidationError(
                "ConditionalOperator can only be used when Filter or Expected has two or more "
                    + "elements")
        default: break
        }
    }

    var joint: ConditionalOperator {
        conditionalOperator.flatMap(ConditionalOperator.init(rawValue:)) ?? .and
    }
}

extension Choices where Value == ConditionalOperator {
    static let conditionalOperator = Choices(ConditionalOperator.allCases)
}

extension Choices where Value == ComparisonOperator {
    static let comparisonOperator = Choices(ComparisonOperator.allCases)
}

extension Choices where Value == LegacyUpdate.Action {
    static let attributeAction = Choices(LegacyUpdate.Action.allCases)
}
