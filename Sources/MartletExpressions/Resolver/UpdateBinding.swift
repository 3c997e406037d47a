// Binds an update. The service's order, which shows when two things are wrong:
//
//   1. the names in the paths that change, from the left
//   2. overlapping and conflicting paths
//   3. the names in what is assigned, from the last action to the first
//   4. values, numbers and types of operands, from the last action to the first

internal import MartletModel

struct UpdateBinding {
    private let parsed: ParsedUpdate
    private var paths: [AttributePath]
    private var values: [AttributeValue]

    static func bind(
        _ parsed: ParsedUpdate, with resolver: inout Resolver
    ) throws(ExpressionProblem) -> UpdateExpression {
        var binding = UpdateBinding(parsed)
        try binding.resolveNames(&resolver)
        for step in parsed.program.steps.reversed() { try binding.check(step, &resolver) }
        return UpdateExpression(
            program: parsed.program, paths: binding.paths, values: binding.values)
    }

    private init(_ parsed: ParsedUpdate) {
        self.parsed = parsed
        paths =
            parsed.paths.literals
            ?? Array(repeating: AttributePath(""), count: parsed.paths.templates.count)
        values = Array(repeating: .null, count: parsed.valueNames.count)
    }

    private mutating func resolveNames(_ resolver: inout Resolver) throws(ExpressionProblem) {
        let steps = parsed.program.steps
        for step in steps { try resolve(step.path, &resolver) }
        let changed = steps.map { paths[Int($0.path)] }
        if let problem = PathRelation.problem(among: changed) { throw problem }
        for step in steps.reversed() {
            for node in parsed.program.nodes[step.nodes] {
                if case .path(let slot) = node { try resolve(slot, &resolver) }
            }
        }
    }

    private mutating func resolve(
        _ slot: UInt16, _ resolver: inout Resolver
    ) throws(ExpressionProblem) {
        guard parsed.paths.literals == nil else { return }
        paths[Int(slot)] = try resolver.path(parsed.paths.templates[Int(slot)])
    }

    private mutating func check(
        _ step: UpdateStep, _ resolver: inout Resolver
    ) throws(ExpressionProblem) {
        for node in parsed.program.nodes[step.nodes] {
            switch node {
            case .path: break
            case .value(let slot):
                values[Int(slot)] = try resolver.value(parsed.valueNames[Int(slot)])
            case .miscounted(let function, let count):
                throw .operandCount(function.rawValue, count)
            case .ifNotExists(let first, let second):
                let name = Function.ifNotExists.rawValue
                guard let path = path(at: first) else { throw .needsPath(name) }
                if path == self.path(at: second) { throw .notDistinct(name, path) }
            case .listAppend(let first, let second):
                try require(.list, of: first, second, in: Function.listAppend.rawValue)
            case .sum(let first, let second):
                try require(.number, of: first, second, in: "+")
            case .difference(let first, let second):
                try require(.number, of: first, second, in: "-")
            }
        }
        if step.section == .add || step.section == .delete { try checkOperand(of: step) }
    }

    private func path(at node: UInt16) -> AttributePath? {
        guard case .path(let slot) = parsed.program.nodes[Int(node)] else { return nil }
        return paths[Int(slot)]
    }

    private func require(
        _ type: AttributeType, of first: UInt16, _ second: UInt16, in name: String
    ) throws(ExpressionProblem) {
        for node in [first, second] {
            guard case .value(let slot) = parsed.program.nodes[Int(node)] else { continue }
            let given = values[Int(slot)].type
            if given != type { throw .operandType(name, given.rawValue) }
        }
    }

    private func checkOperand(of step: UpdateStep) throws(ExpressionProblem) {
        guard case .value(let slot) = parsed.program.nodes[step.nodes.lowerBound] else { return }
        let name: String
        switch values[Int(slot)] {
        case .stringSet, .numberSet, .binarySet: return
        case .number where step.section == .add: return
        case .number: name = "NUMBER"
        case .string: name = "STRING"
        case .binary: name = "BINARY"
        case .bool: name = "BOOLEAN"
        case .null: name = "NULL"
        case .list: name = "LIST"
        case .map: name = "MAP"
        }
        // The service names the set of ADD for DELETE, too.
        throw ExpressionProblem(
            "Incorrect operand type for operator or function; operator: \(step.section.rawValue), "
                + "operand type: \(name), typeSet: ALLOWED_FOR_ADD_OPERAND")
    }
}
