// What operations with expressions have in common: the two maps of placeholders, the legacy
// parameters that expressions replaced, and the rules about who may stand beside whom. Checked in
// this order:
//
//   1. expression and legacy parameters in one request
//   2. ConditionalOperator without two conditions to join
//   3. names, then values, without an expression that could use them
//   4. empty maps and the form of placeholders, names first
//   5. the first wrong value
//
// Then come the expressions or the legacy parameters themselves, and at last placeholders that no
// expression used.

internal import MartletExpressions
internal import MartletModel

struct ExpressionMembers {
    let generation: ValidationGeneration
    var names: [Text: Text]?
    var values: DecodedAttributes?
    private var texts: [(kind: ExpressionKind, text: String)] = []
    /// nil when the request has none.
    private(set) var legacy: LegacyMembers?

    init(_ generation: ValidationGeneration) { self.generation = generation }

    // MARK: Reading

    /// Reads ExpressionAttributeNames, ExpressionAttributeValues, or an expression; false for any
    /// other member, which is then unread.
    mutating func read(
        _ name: JSONString, of kinds: [ExpressionKind], legacy parameters: [LegacyParameter] = [],
        from reader: inout JSONReader
    ) throws(WireError) -> Bool {
        switch name {
        case "ExpressionAttributeNames": names = try reader.readOptionalNames()
        case "ExpressionAttributeValues": values = try reader.readOptionalAttributes()
        default:
            for kind in kinds where name.equals(kind.parameterName) {
                texts.removeAll { $0.kind == kind }
                if let text = try reader.readOptionalString() { texts.append((kind, text)) }
                return true
            }
            for parameter in parameters where name.equals(parameter.name) {
                if legacy == nil { legacy = LegacyMembers() }
                try legacy!.read(parameter, from: &reader)
                return true
            }
            return false
        }
        return true
    }

    /// The text of an expression, if the request has it.
    func text(_ kind: ExpressionKind) -> String? {
        texts.first { $0.kind == kind }?.text
    }

    // MARK: Checking

    /// Checks everything but the expressions themselves.
    /// - Parameters:
    ///   - kinds: the operation's expressions, in the order in which texts list them.
    ///   - parameters: its legacy parameters, likewise.
    func makeBinder(
        _ kinds: [ExpressionKind], legacy parameters: [LegacyParameter] = []
    ) throws(WireError) -> BoundExpressions {
        if texts.isEmpty, names == nil, values == nil, legacy == nil {
            return BoundExpressions(binder: nil, texts: [], legacy: nil, generation: generation)
        }
        let present = kinds.filter { text($0) != nil }
        if let legacy { try check(legacy, parameters, beside: present) }
        if names != nil, present.isEmpty {
            throw generation.error(
                "ExpressionAttributeNames can only be specified when using expressions")
        }
        let withValues = kinds.filter { $0 != .projection }
        if values != nil, !withValues.contains(where: { text($0) != nil }) {
            var message = "ExpressionAttributeValues can only be specified when using expressions"
            if generation == .older, !withValues.isEmpty {
                let list = withValues.map { "\($0.parameterName)" }.joined(separator: " and ")
                message += ": \(list) is null"
            }
            throw generation.error(message)
        }
        do throws(ValidationError) {
            let binder = try ExpressionBinder(names: names, values: values?.values)
            if let problem = values?.problem {
                throw ValidationError(problem.expressionValueText(in: generation))
            }
            return BoundExpressions(
                binder: binder, texts: texts, legacy: legacy, generation: generation)
        } catch {
            throw generation.error(error.message)
        }
    }

    private func check(
        _ legacy: LegacyMembers, _ parameters: [LegacyParameter], beside present: [ExpressionKind]
    ) throws(WireError) {
        // Key conditions of the old form may stand beside a filter or a projection.
        let mixed = parameters.filter {
            legacy.has($0) && ($0 != .keyConditions || present.contains(.keyCondition))
        }
        if !present.isEmpty, !mixed.isEmpty {
            let legacyNames = mixed.map { "\($0.name)" }.joined(separator: ", ")
            let names = present.map { "\($0.parameterName)" }.joined(separator: ", ")
            throw generation.error(
                "Can not use both expression and non-expression parameters in the same request: "
                    + "Non-expression parameters: {\(legacyNames)} Expression parameters: {\(names)}"
            )
        }
        do throws(ValidationError) {
            try legacy.checkConditionalOperator()
        } catch {
            throw generation.error(error.message)
        }
    }
}

/// Binds the expressions of a request one after the other.
struct BoundExpressions {
    /// nil when the request has neither expressions nor placeholders.
    private var binder: ExpressionBinder?
    private let texts: [(kind: ExpressionKind, text: String)]
    /// What the request says in the parameters that expressions replaced.
    let legacy: LegacyMembers?
    let generation: ValidationGeneration

    init(
        binder: ExpressionBinder?, texts: [(kind: ExpressionKind, text: String)],
        legacy: LegacyMembers?, generation: ValidationGeneration
    ) {
        self.binder = binder
        self.texts = texts
        self.legacy = legacy
        self.generation = generation
    }

    /// A condition or a filter; for a condition, Expected stands in.
    mutating func condition(
        _ kind: ExpressionKind = .condition
    ) throws(WireError) -> ConditionExpression? {
        if legacy != nil, kind == .condition, let expected = try expected() { return expected }
        return try bind(kind) { binder, text throws(ValidationError) in
            try binder.condition(text, kind: kind)
        }
    }

    /// An update; AttributeUpdates stands in.
    mutating func update() throws(WireError) -> UpdateExpression? {
        if legacy != nil, let update = try attributeUpdates() { return update }
        return try bind(.update) { binder, text throws(ValidationError) in try binder.update(text) }
    }

    mutating func keyCondition() throws(WireError) -> KeyCondition? {
        try bind(.keyCondition) { binder, text throws(ValidationError) in
            try binder.keyCondition(text)
        }
    }

    mutating func searchCondition() throws(WireError) -> SearchCondition? {
        try bind(.searchCondition) { binder, text throws(ValidationError) in
            try binder.searchCondition(text)
        }
    }

    /// A projection; AttributesToGet stands in.
    mutating func projection() throws(WireError) -> ProjectionExpression? {
        if legacy != nil, let projection = try attributesToGet() { return projection }
        return try bind(.projection) { binder, text throws(ValidationError) in
            try binder.projection(text)
        }
    }

    @inline(__always)
    private mutating func bind<Expression>(
        _ kind: ExpressionKind,
        _ body: (inout ExpressionBinder, String) throws(ValidationError) -> Expression
    ) throws(WireError) -> Expression? {
        guard let text = texts.first(where: { $0.kind == kind })?.text else { return nil }
        do throws(ValidationError) {
            return try body(&binder!, text)
        } catch {
            throw generation.error(error.message)
        }
    }

    /// Fails for the first kind of placeholder that has one nobody used.
    func requireAllUsed() throws(WireError) {
        do throws(ValidationError) {
            try binder?.requireAllUsed()
        } catch {
            throw generation.error(error.message)
        }
    }
}

extension JSONReader {
    /// ExpressionAttributeNames; nil for null. A name that is null is left out.
    mutating func readOptionalNames() throws(WireError) -> [Text: Text]? {
        guard var progress = try beginMap(of: "java.lang.String") else { return nil }
        var names: [Text: Text] = [:]
        while let key = try nextMember(&progress) {
            let key = key.text
            names[key] = try readOptionalText()
        }
        return names
    }
}
