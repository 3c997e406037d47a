// What operations with expressions have in common: the two maps of placeholders, the legacy
// parameters that expressions replaced, and the rules about who may stand beside whom. Checked in
// this order:
//
//   1. expression and legacy parameters in one request
//   2. names, then values, without an expression that could use them
//   3. a legacy parameter
//   4. empty maps and the form of placeholders, names first
//   5. the first wrong value
//
// Then come the expressions themselves, and at last placeholders that none of them used.

internal import MartletExpressions
internal import MartletModel

/// A parameter that does what an expression does.
enum LegacyParameter: String {
    case attributesToGet = "AttributesToGet"
    case attributeUpdates = "AttributeUpdates"
    case expected = "Expected"
    case queryFilter = "QueryFilter"
    case scanFilter = "ScanFilter"
    case conditionalOperator = "ConditionalOperator"
    case keyConditions = "KeyConditions"

    /// What to use in its stead, where the operation's filter is called `filter`.
    func replacement(filter: ExpressionKind) -> ExpressionKind {
        switch self {
        case .attributesToGet: .projection
        case .attributeUpdates: .update
        case .expected: .condition
        case .queryFilter, .scanFilter: .filter
        case .conditionalOperator: filter
        case .keyConditions: .keyCondition
        }
    }
}

struct ExpressionMembers {
    let generation: ValidationGeneration
    var names: [Text: Text]?
    var values: DecodedAttributes?
    private var texts: [(kind: ExpressionKind, text: String)] = []
    private var legacy: [LegacyParameter] = []

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
            guard !parameters.isEmpty else { return false }
            let string = name.string
            for parameter in parameters where parameter.rawValue == string {
                legacy.removeAll { $0 == parameter }
                if try reader.readNull() { return true }
                try reader.skipValue()
                legacy.append(parameter)
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
        if texts.isEmpty, names == nil, values == nil, legacy.isEmpty {
            return BoundExpressions(binder: nil, texts: [], generation: generation)
        }
        let present = kinds.filter { text($0) != nil }
        let old = parameters.filter { legacy.contains($0) }
        try checkMixing(present, old)
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
        if let parameter = old.first {
            let filter: ExpressionKind = kinds.contains(.filter) ? .filter : .condition
            let name = parameter.replacement(filter: filter).parameterName
            throw generation.error(
                "\(parameter.rawValue) is a legacy parameter; use \(name) instead")
        }
        do throws(ValidationError) {
            let binder = try ExpressionBinder(names: names, values: values?.values)
            if let problem = values?.problem {
                throw ValidationError(problem.expressionValueText(in: generation))
            }
            return BoundExpressions(binder: binder, texts: texts, generation: generation)
        } catch {
            throw generation.error(error.message)
        }
    }

    private func checkMixing(
        _ present: [ExpressionKind], _ old: [LegacyParameter]
    ) throws(WireError) {
        // Key conditions of the old form may stand beside a filter or a projection.
        let mixed = old.filter { $0 != .keyConditions || present.contains(.keyCondition) }
        guard !present.isEmpty, !mixed.isEmpty else { return }
        let legacyNames = mixed.map(\.rawValue).joined(separator: ", ")
        let names = present.map { "\($0.parameterName)" }.joined(separator: ", ")
        throw generation.error(
            "Can not use both expression and non-expression parameters in the same request: "
                + "Non-expression parameters: {\(legacyNames)} Expression parameters: {\(names)}")
    }
}

/// Binds the expressions of a request one after the other.
struct BoundExpressions {
    /// nil when the request has neither expressions nor placeholders.
    private var binder: ExpressionBinder?
    private let texts: [(kind: ExpressionKind, text: String)]
    private let generation: ValidationGeneration

    init(
        binder: ExpressionBinder?, texts: [(kind: ExpressionKind, text: String)],
        generation: ValidationGeneration
    ) {
        self.binder = binder
        self.texts = texts
        self.generation = generation
    }

    mutating func condition(
        _ kind: ExpressionKind = .condition
    ) throws(WireError) -> ConditionExpression? {
        try bind(kind) { binder, text throws(ValidationError) in
            try binder.condition(text, kind: kind)
        }
    }

    mutating func update() throws(WireError) -> UpdateExpression? {
        try bind(.update) { binder, text throws(ValidationError) in try binder.update(text) }
    }

    mutating func keyCondition() throws(WireError) -> KeyCondition? {
        try bind(.keyCondition) { binder, text throws(ValidationError) in
            try binder.keyCondition(text)
        }
    }

    mutating func projection() throws(WireError) -> ProjectionExpression? {
        try bind(.projection) { binder, text throws(ValidationError) in
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
