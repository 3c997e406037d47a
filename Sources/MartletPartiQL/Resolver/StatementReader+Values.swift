// Literals and parameters as values. A literal holds literals only: a parameter may stand for a
// whole value, not for a part of one.

internal import MartletModel

extension StatementReader {
    /// The item of an INSERT: a tuple, whose values may be parameters, or one parameter.
    func item(_ term: Term) throws(StatementProblem) -> Item {
        switch term {
        case .tuple(let members, _):
            return try attributes(members, under: "root") { value, _ throws(StatementProblem) in
                try self.value(value)
            }
        case .parameter(let index, _):
            guard case .map(let item) = parameters[index] else { fallthrough }
            return item
        default: throw .malformed("Expected a tuple in VALUE")
        }
    }

    /// A value that is nothing but a value.
    func value(_ term: Term) throws(StatementProblem) -> AttributeValue {
        if case .parameter(let index, _) = term { return parameters[index] }
        return try value(term, under: "root", level: 0)
    }

    /// Whether a term is a value, whatever the item.
    func isValue(_ term: Term) -> Bool {
        switch term {
        case .literal, .parameter, .list, .bag, .tuple: true
        default: false
        }
    }

    private func value(
        _ term: Term, under path: String, level: Int
    ) throws(StatementProblem) -> AttributeValue {
        if level == Limits.nestingLevels {
            throw StatementProblem("Nesting Levels have exceeded supported limits under \(path)")
        }
        switch term {
        case .literal(.string(let text), _): return .string(text)
        case .literal(.bool(let bool), _): return .bool(bool)
        case .literal(.null, _): return .null
        case .literal(.number(let digits, let isNegative), _):
            return .number(try number((isNegative ? "-" : "") + digits, under: path))
        case .literal(.ion(let text), _):
            throw StatementProblem("Ion Literals are not supported: \(text) under key \(path)")
        case .list(let terms, _):
            var elements: [AttributeValue] = []
            elements.reserveCapacity(terms.count)
            for (index, element) in terms.enumerated() {
                elements.append(
                    try value(element, under: "\(path)[\(index)]", level: level + 1))
            }
            return .list(elements)
        case .tuple(let members, _):
            let entries = try attributes(members, under: path) {
                member, name throws(StatementProblem) in
                try value(member, under: "\(path).\(name)", level: level + 1)
            }
            return .map(entries)
        case .bag(let terms, _): return try set(terms, under: path, level: level)
        case .missing: throw .missingValue
        case .parameter(_, let span): throw unsupported("Parameter", under: path, span)
        case .name, .path: throw unsupported("VariableReference", under: path, term.span)
        default: throw unsupported("NAry", under: path, term.span)
        }
    }

    private func unsupported(_ kind: String, under path: String, _ span: Span) -> StatementProblem {
        StatementProblem("Unsupported data type: \(kind) under key \(path) at \(position(span))")
    }

    private func attributes(
        _ members: [(key: Term, value: Term)], under path: String,
        _ value: (Term, Text) throws(StatementProblem) -> AttributeValue
    ) throws(StatementProblem) -> AttributeMap {
        var attributes = AttributeMap(minimumCapacity: members.count)
        for member in members {
            guard case .literal(.string(let name), _) = member.key else {
                throw StatementProblem(
                    "Tuple keys must be of type String. Actual type: \(kind(of: member.key)) "
                        + "under \(path)")
            }
            guard attributes[name] == nil else {
                throw StatementProblem("Duplicate keys in tuple. Key: \(name) under \(path)")
            }
            guard !name.isEmpty else {
                throw StatementProblem(
                    "One or more parameter values were invalid: Attribute name must not be empty")
            }
            attributes[name] = try value(member.value, name)
        }
        return attributes
    }

    private func kind(of term: Term) -> String {
        switch term {
        case .literal(.number, _): "NUMBER"
        case .literal(.bool, _): "BOOL"
        case .literal(.null, _): "NULL"
        case .name, .path: "IDENTIFIER"
        case .parameter: "PARAMETER"
        default: "UNKNOWN"
        }
    }

    private func number(
        _ numeral: String, under path: String
    ) throws(StatementProblem) -> DecimalNumber {
        do throws(DecimalNumber.Failure) {
            return try DecimalNumber(parsing: numeral)
        } catch {
            let text =
                switch error {
                case .overflow:
                    "Number overflow. Attempting to store a number with magnitude larger than "
                        + "supported range"
                case .underflow:
                    "Number underflow. Attempting to store a number with magnitude smaller than "
                        + "supported range"
                case .tooManyDigits:
                    "Attempting to store more than 38 significant digits in a Number"
                case .notNumeric:
                    "The parameter cannot be converted to a numeric value: \(numeral)"
                }
            throw StatementProblem("\(text) under \(path)")
        }
    }

    // MARK: Sets

    private func set(
        _ terms: [Term], under path: String, level: Int
    ) throws(StatementProblem) -> AttributeValue {
        guard !terms.isEmpty else { throw StatementProblem("Empty bags are not supported") }
        var texts: [Text] = []
        var numbers: [DecimalNumber] = []
        var written: [String] = []
        for term in terms {
            switch try value(term, under: path, level: level + 1) {
            case .string(let text):
                texts.append(text)
                written.append(text.string)
            case .number(let number):
                numbers.append(number)
                written.append(number.description)
            default: throw Self.mixedSet
            }
        }
        if numbers.isEmpty, let set = SortedSet(distinct: texts) { return .stringSet(set) }
        if texts.isEmpty, let set = SortedSet(distinct: numbers) { return .numberSet(set) }
        guard numbers.isEmpty || texts.isEmpty else { throw Self.mixedSet }
        throw StatementProblem(
            "One or more parameter values were invalid: Input collection "
                + "[\(written.joined(separator: ", "))] contains duplicates"
                + (numbers.isEmpty ? "." : "! under \(path)"))
    }

    private static let mixedSet = StatementProblem(
        "Unsupported data type in Bag. DynamoDB only supports either numbers or strings in bags")
}

extension StatementProblem {
    static let missingValue = StatementProblem("MISSING must be compared using IS operator")
}
