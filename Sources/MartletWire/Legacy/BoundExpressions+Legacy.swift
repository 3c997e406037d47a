// Legacy parameters as what the expressions in their place would be: the engine sees no difference.
// Each is nil where the request does not have the parameter, or it says nothing.

internal import MartletExpressions
internal import MartletModel

extension BoundExpressions {
    /// Expected, a condition.
    func expected() throws(WireError) -> ConditionExpression? {
        try bind(.expected) { legacy throws(ValidationError) in
            try conditions(legacy.expected, legacy.joint) { member, name throws(ValidationError) in
                try member.condition(on: name, in: generation)
            }
        }
    }

    /// QueryFilter or ScanFilter.
    func legacyFilter(_ parameter: LegacyParameter) throws(WireError) -> ConditionExpression? {
        try bind(parameter) { legacy throws(ValidationError) in
            try conditions(legacy.filter, legacy.joint) { member, name throws(ValidationError) in
                try member.condition(on: name, in: generation)
            }
        }
    }

    private func conditions<Member>(
        _ members: LegacyMap<Member>, _ joint: ConditionalOperator,
        _ condition: (Member, Text) throws(ValidationError) -> LegacyCondition
    ) throws(ValidationError) -> ConditionExpression? {
        var conditions: [LegacyCondition] = []
        for entry in members.entries {
            conditions.append(try condition(entry.member, entry.attribute))
        }
        return try ConditionExpression(conditions, joinedBy: joint)
    }

    var hasKeyConditions: Bool { legacy?.has(.keyConditions) ?? false }

    func keyConditions() throws(WireError) -> KeyCondition? {
        try bind(.keyConditions) { legacy throws(ValidationError) in
            var conditions: [LegacyCondition] = []
            for entry in legacy.keyConditions.entries {
                conditions.append(
                    try entry.member.condition(on: entry.attribute, in: generation))
            }
            return try KeyCondition(conditions)
        }
    }

    func attributeUpdates() throws(WireError) -> UpdateExpression? {
        try bind(.attributeUpdates) { legacy throws(ValidationError) in
            var updates: [LegacyUpdate] = []
            for entry in legacy.attributeUpdates.entries {
                updates.append(try entry.member.update(of: entry.attribute, in: generation))
            }
            return try UpdateExpression(updates)
        }
    }

    /// AttributesToGet, a projection.
    func attributesToGet() throws(WireError) -> ProjectionExpression? {
        try bind(.attributesToGet) { legacy throws(ValidationError) in
            guard let names = legacy.attributesToGet else { return nil }
            return try ProjectionExpression(attributesToGet: names)
        }
    }

    @inline(__always)
    private func bind<Expression>(
        _ parameter: LegacyParameter,
        _ body: (LegacyMembers) throws(ValidationError) -> Expression?
    ) throws(WireError) -> Expression? {
        guard let legacy, legacy.has(parameter) else { return nil }
        do throws(ValidationError) {
            return try body(legacy)
        } catch {
            throw generation.error(error.message)
        }
    }
}
