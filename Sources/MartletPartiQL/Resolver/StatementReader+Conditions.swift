// Conditions. A test is true or false, also where it is compared: `attribute_exists(a) = false` is
// its opposite, and compared with anything but a truth value it equals nothing.

internal import MartletExpressions
internal import MartletModel

extension StatementReader {
    func condition(_ term: Term) throws(StatementProblem) -> Condition {
        switch term {
        case .all(let terms): return .all(try terms.map(condition))
        case .any(let terms): return .any(try terms.map(condition))
        case .not(let inner): return .not(try condition(inner))
        case .comparison(let comparator, let left, let right):
            if left.isTest || right.isTest {
                return try comparison(ofTest: left, comparator, right)
            }
            let (left, right) = (try operand(left), try operand(right))
            if comparator != .equal, comparator != .notEqual {
                try requireOrdered(left, comparator.rawValue)
                try requireOrdered(right, comparator.rawValue)
            }
            return .comparison(left, comparator, right)
        case .between(let term, let low, let high):
            guard !term.isTest else { throw .operandType("BETWEEN", .bool) }
            let operands = (try operand(term), try operand(low), try operand(high))
            try requireOrdered(operands.0, "BETWEEN")
            try requireOrdered(operands.1, "BETWEEN")
            try requireOrdered(operands.2, "BETWEEN")
            return .between(operands.0, operands.1, operands.2)
        case .isIn(let term, let members): return try membership(of: term, in: members)
        case .isType(let term, let type): return try typeTest(term, type)
        case .call(let name, let arguments, _): return try call(name, arguments)
        case .like: throw .operatorInCondition("like")
        case .arithmetic(let sign, _, _): throw .operatorInCondition(sign)
        case .sign(let sign, _, _): throw .operatorInCondition(sign)
        case .missing: throw .missingValue
        case .literal, .parameter, .name, .path, .list, .bag, .tuple, .select:
            throw StatementProblem("Unsupported expression in where clause")
        }
    }

    // MARK: Operands

    private func operand(_ term: Term) throws(StatementProblem) -> Condition.Operand {
        if isValue(term) { return .value(try value(term)) }
        if let path = try pathIfAny(term) { return .path(path) }
        switch term {
        case .call("size", let arguments, _):
            guard arguments.count == 1 else { throw .operandCount("size", arguments.count) }
            guard let path = try pathIfAny(arguments[0]) else { throw .needsPath("size") }
            return .size(path)
        case .call(let name, _, _): throw StatementProblem("Unsupported function: \(name)")
        case .arithmetic(let sign, _, _), .sign(let sign, _, _):
            throw .operatorInCondition(sign)
        case .missing: throw .missingValue
        default: throw StatementProblem("Unsupported expression in where clause")
        }
    }

    private func requireOrdered(
        _ operand: Condition.Operand, _ name: String
    ) throws(StatementProblem) {
        guard case .value(let value) = operand else { return }
        switch value {
        case .string, .number, .binary: return
        default: throw .operandType(name, value.type)
        }
    }

    // MARK: Tests

    private func comparison(
        ofTest left: Term, _ comparator: Comparator, _ right: Term
    ) throws(StatementProblem) -> Condition {
        guard comparator == .equal || comparator == .notEqual else {
            throw .operandType(comparator.rawValue, .bool)
        }
        let (test, other) = left.isTest ? (left, right) : (right, left)
        let equal = try equality(try condition(test), other)
        return comparator == .equal ? equal : .not(equal)
    }

    private func equality(
        _ test: Condition, _ other: Term
    ) throws(StatementProblem) -> Condition {
        func same(_ other: Condition) -> Condition {
            .any([.all([test, other]), .not(.any([test, other]))])
        }
        if other.isTest { return same(try condition(other)) }
        switch try operand(other) {
        case .value(.bool(let bool)): return bool ? test : .not(test)
        case .value, .size: return .any([])
        case .path(let path):
            return .any([
                .all([test, .comparison(.path(path), .equal, .value(.bool(true)))]),
                .all([.not(test), .comparison(.path(path), .equal, .value(.bool(false)))]),
            ])
        }
    }

    private func membership(
        of term: Term, in members: Term
    ) throws(StatementProblem) -> Condition {
        guard case .list(let members, _) = members, !members.isEmpty else { throw Self.invalidIn }
        if members.count > Limits.inOperands {
            throw StatementProblem(
                "The IN operator is provided with too many operands; "
                    + "number of operands: \(members.count)")
        }
        if term.isTest {
            let test = try condition(term)
            return .any(
                try members.map { member throws(StatementProblem) in try equality(test, member) })
        }
        guard !isValue(term) else { throw Self.invalidIn }
        let operand = try operand(term)
        return .isIn(
            operand, try members.map { member throws(StatementProblem) in try self.operand(member) }
        )
    }

    private static let invalidIn = StatementProblem(
        "IN operator must have a left hand argument of type Variable Reference and right hand "
            + "argument of type Seq with at least one member")

    private func typeTest(_ term: Term, _ type: String) throws(StatementProblem) -> Condition {
        guard let path = try pathIfAny(term) else {
            throw StatementProblem(
                "The left hand side argument to IS must be a Variable Reference, Literal, or Path")
        }
        switch type {
        case "MISSING": return .notExists(path)
        case "NULL": return .hasType(path, .null)
        case "BOOLEAN", "BOOL": return .hasType(path, .bool)
        case "BLOB": return .hasType(path, .binary)
        case "STRING": return .hasType(path, .string)
        case "NUMERIC": return .hasType(path, .number)
        case "STRUCT", "TUPLE": return .hasType(path, .map)
        case "LIST": return .hasType(path, .list)
        default:
            throw StatementProblem(
                "Unsupported data type for IS operator: \(type). Supported data types are "
                    + "[MISSING, NULL, BOOLEAN, BLOB, STRING, NUMERIC, STRUCT, TUPLE, LIST]")
        }
    }

    private func call(_ name: String, _ arguments: [Term]) throws(StatementProblem) -> Condition {
        if name == "exists" {
            throw StatementProblem("EXISTS is only supported at the top level of a statement")
        }
        guard let function = ConditionFunction(rawValue: name) else {
            throw StatementProblem("Unsupported function: \(name)")
        }
        guard arguments.count == function.operandCount else {
            throw .operandCount(name, arguments.count)
        }
        switch function {
        case .attributeExists: return .exists(try functionPath(name, arguments[0]))
        case .attributeNotExists: return .notExists(try functionPath(name, arguments[0]))
        case .attributeType:
            let path = try functionPath(name, arguments[0])
            guard isValue(arguments[1]) else { throw .needsTypeName }
            let value = try value(arguments[1])
            guard case .string(let type) = value else { throw .operandType(name, value.type) }
            guard let type = AttributeType(rawValue: type.string) else {
                throw StatementProblem(
                    "Invalid attribute type name found; type: \(type), "
                        + "valid types: {N,BS,L,B,NULL,M,S,SS,NS,BOOL}")
            }
            return .hasType(path, type)
        case .beginsWith:
            let operands = (try operand(arguments[0]), try operand(arguments[1]))
            try requirePrefix(operands.0, name)
            try requirePrefix(operands.1, name)
            return .beginsWith(operands.0, operands.1)
        case .contains:
            return .contains(try operand(arguments[0]), try operand(arguments[1]))
        }
    }

    private func functionPath(
        _ name: String, _ term: Term
    ) throws(StatementProblem) -> AttributePath {
        guard let path = try pathIfAny(term) else { throw .needsPath(name) }
        return path
    }

    private func requirePrefix(
        _ operand: Condition.Operand, _ name: String
    ) throws(StatementProblem) {
        switch operand {
        case .path, .value(.string), .value(.binary): return
        case .value(let value): throw .operandType(name, value.type)
        case .size: throw .operandType(name, .number)
        }
    }
}

extension StatementProblem {
    static let needsTypeName = StatementProblem(
        "Invalid attribute type name found; type must be a string")
}
