// Binds a condition: resolves each operand and checks operators and functions against the types
// that the request's values show, from left to right. Paths have no type before there is an item.

internal import MartletModel

struct ConditionBinding {
    private let parsed: ParsedCondition
    private var paths: [AttributePath]
    private var values: [AttributeValue] = []

    static func bind(
        _ parsed: ParsedCondition, with resolver: inout Resolver
    ) throws(ExpressionProblem) -> ConditionExpression {
        var binding = ConditionBinding(parsed)
        for step in parsed.program.steps { try binding.bind(step, &resolver) }
        return ConditionExpression(
            program: parsed.program, paths: binding.paths, values: binding.values)
    }

    private init(_ parsed: ParsedCondition) {
        self.parsed = parsed
        paths = parsed.paths.literals ?? []
        if parsed.paths.literals == nil { paths.reserveCapacity(parsed.paths.templates.count) }
        values.reserveCapacity(parsed.valueNames.count)
    }

    private mutating func bind(
        _ step: ConditionStep, _ resolver: inout Resolver
    ) throws(ExpressionProblem) {
        switch step {
        case .not, .jump: return
        case .compare(let comparator, let left, let right):
            try resolve(left, &resolver)
            try resolve(right, &resolver)
            try requireDistinct(comparator.rawValue, left, right)
            if comparator != .equal && comparator != .notEqual {
                try requireOrdered(comparator.rawValue, left)
                try requireOrdered(comparator.rawValue, right)
            }
        case .between(let operand, let low, let high):
            try resolve(operand, &resolver)
            try resolve(low, &resolver)
            try resolve(high, &resolver)
            try requireDistinct("BETWEEN", operand, low)
            try requireDistinct("BETWEEN", operand, high)
            try requireOrdered("BETWEEN", operand)
            try requireOrdered("BETWEEN", low)
            try requireOrdered("BETWEEN", high)
            try checkBounds(low, high)
        case .isIn(let operand, let first, let count):
            let members = parsed.program.listOperands[Int(first)..<Int(first + count)]
            try resolve(operand, &resolver)
            for member in members { try resolve(member, &resolver) }
            if members.count > Limits.inOperands {
                throw ExpressionProblem(
                    "The IN operator is provided with too many operands; "
                        + "number of operands: \(members.count)")
            }
            for member in members { try requireDistinct("IN", operand, member) }
        case .call(let function, let first, let second):
            try resolve(first, &resolver)
            if function.operandCount == 2 { try resolve(second, &resolver) }
            try check(function, first, second)
        }
    }

    private mutating func resolve(
        _ operand: OperandReference, _ resolver: inout Resolver
    ) throws(ExpressionProblem) {
        if operand.isValue {
            values.append(try resolver.value(parsed.valueNames[Int(operand.slot)]))
        } else if parsed.paths.literals == nil {
            paths.append(try resolver.path(parsed.paths.templates[Int(operand.slot)]))
        }
        if operand.sizeCount > 1 { throw .operandType("size", "N") }
        if operand.sizeCount == 1, operand.isValue {
            switch values[Int(operand.slot)].type {
            case .number, .bool, .null:
                throw .operandType("size", values[Int(operand.slot)].type.rawValue)
            default: break
            }
        }
    }

    // MARK: Checks

    /// The type an operand has whatever the item.
    private func type(of operand: OperandReference) -> AttributeType? {
        if operand.sizeCount > 0 { return .number }
        return operand.isValue ? values[Int(operand.slot)].type : nil
    }

    private func requireDistinct(
        _ name: String, _ first: OperandReference, _ other: OperandReference
    ) throws(ExpressionProblem) {
        guard first.isPlainPath, other.isPlainPath else { return }
        let path = paths[Int(first.slot)]
        if path == paths[Int(other.slot)] { throw .notDistinct(name, path) }
    }

    private func requireOrdered(
        _ name: String, _ operand: OperandReference
    ) throws(ExpressionProblem) {
        switch type(of: operand) {
        case nil, .string, .number, .binary: return
        case let other?: throw .operandType(name, other.rawValue)
        }
    }

    private func requirePrefix(
        _ name: String, _ operand: OperandReference
    ) throws(ExpressionProblem) {
        switch type(of: operand) {
        case nil, .string, .binary: return
        case let other?: throw .operandType(name, other.rawValue)
        }
    }

    private func checkBounds(
        _ low: OperandReference, _ high: OperandReference
    ) throws(ExpressionProblem) {
        guard low.isPlainValue, high.isPlainValue else { return }
        let (low, high) = (values[Int(low.slot)], values[Int(high.slot)])
        var bounds: String {
            "; lower bound operand: AttributeValue: {\(Self.describe(low))}, "
                + "upper bound operand: AttributeValue: {\(Self.describe(high))}"
        }
        guard let order = low.order(against: high) else {
            throw ExpressionProblem(
                "The BETWEEN operator requires same data type for lower and upper bounds" + bounds)
        }
        if order > 0 {
            throw ExpressionProblem(
                "The BETWEEN operator requires upper bound to be greater than or equal to "
                    + "lower bound" + bounds)
        }
    }

    /// A bound as the service's message shows it. Of a binary it shows the length only.
    private static func describe(_ bound: AttributeValue) -> String {
        switch bound {
        case .string(let text): "S:\(text)"
        case .number(let number): "N:\(number)"
        case .binary(let bytes):
            "B:java.nio.HeapByteBuffer[pos=0 lim=\(bytes.count) cap=\(bytes.count)]"
        default: preconditionFailure("requireOrdered admits no other type")
        }
    }

    private func check(
        _ function: Function, _ first: OperandReference, _ second: OperandReference
    ) throws(ExpressionProblem) {
        let name = function.rawValue
        switch function {
        case .attributeExists, .attributeNotExists:
            if !first.isPlainPath { throw .needsPath(name) }
        case .attributeType:
            if !first.isPlainPath { throw .needsPath(name) }
            try requireDistinct(name, first, second)
            guard second.isPlainValue else {
                throw .operandType(
                    name, second.sizeCount > 0 ? "N" : Self.anyType)
            }
            guard case .string(let type) = values[Int(second.slot)] else {
                throw .operandType(name, values[Int(second.slot)].type.rawValue)
            }
            if AttributeType(rawValue: type.string) == nil {
                throw ExpressionProblem(
                    "Invalid attribute type name found; type: \(type), "
                        + "valid types: {N,BS,L,B,NULL,M,S,SS,NS,BOOL}")
            }
        case .beginsWith:
            try requireDistinct(name, first, second)
            try requirePrefix(name, first)
            try requirePrefix(name, second)
        case .contains:
            try requireDistinct(name, first, second)
        case .size, .ifNotExists, .listAppend:
            preconditionFailure("The parser refuses it as a condition")
        }
    }

    /// What the service calls the type of a path: all the types it knows.
    private static let anyType =
        "{S,SS,N,NS,B,BS,BOOL,NULL,L,M,HD,DOUBLE,FLOAT,HDS,FS,DOUBLESET,DICT,DECIMAL,INT,"
        + "DECIMALSET,INTSET}"
}
