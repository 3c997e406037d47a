// What SET assigns and REMOVE removes.

internal import MartletExpressions
internal import MartletModel

extension StatementReader {
    func updateActions(_ syntax: [ActionSyntax]) throws(StatementProblem) -> [UpdateAction] {
        var actions: [UpdateAction] = []
        var paths: [AttributePath] = []
        for action in syntax {
            switch action {
            case .set(let target, let term):
                let path = try path(target)
                paths.append(path)
                actions.append(try assignment(of: term, to: path))
            case .remove(let target):
                let path = try path(target)
                paths.append(path)
                actions.append(.remove(path))
            }
        }
        if let clash = UpdateExpression.clash(among: paths) { throw StatementProblem(clash) }
        return actions
    }

    private func assignment(
        of term: Term, to path: AttributePath
    ) throws(StatementProblem) -> UpdateAction {
        guard case .call(let name, let arguments, let span) = term,
            name == "set_add" || name == "set_delete"
        else { return .set(path, try assigned(term)) }
        guard arguments.count == 2 else { throw .operandCount(name, arguments.count) }
        guard try pathIfAny(arguments[0]) == path else {
            throw StatementProblem(
                "The first argument to \(name.uppercased()) must equal the assignment value at "
                    + position(span))
        }
        let notASet = StatementProblem(
            "The second argument to \(name.uppercased()) must be a value with type SET at "
                + position(arguments[0].span))
        guard isValue(arguments[1]) else { throw notASet }
        let value = try value(arguments[1])
        switch value {
        case .stringSet, .numberSet, .binarySet:
            return name == "set_add" ? .add(path, value) : .delete(path, value)
        default: throw notASet
        }
    }

    private func assigned(_ term: Term) throws(StatementProblem) -> AssignedValue {
        if isValue(term) { return .value(try value(term)) }
        if let path = try pathIfAny(term) { return .path(path) }
        switch term {
        case .arithmetic(let sign, let left, let right) where sign == "+" || sign == "-":
            let (left, right) = (try assigned(left), try assigned(right))
            try require(.number, left, sign)
            try require(.number, right, sign)
            return sign == "+" ? .sum(left, right) : .difference(left, right)
        case .call("list_append", let arguments, _):
            guard arguments.count == 2 else { throw .operandCount("list_append", arguments.count) }
            let (head, tail) = (try assigned(arguments[0]), try assigned(arguments[1]))
            try require(.list, head, "list_append")
            try require(.list, tail, "list_append")
            return .listAppend(head, tail)
        case .call(let name, _, _): throw StatementProblem("Unsupported function: \(name)")
        case .arithmetic(let sign, _, _), .sign(let sign, _, _):
            throw StatementProblem("Unsupported operator in Update Expression. Operator: \(sign)")
        case .isType: throw StatementProblem("IS operator is not supported in update expressions")
        case .missing: throw .missingValue
        default: throw StatementProblem("Unsupported expression in set clause")
        }
    }

    private func require(
        _ type: AttributeType, _ operand: AssignedValue, _ name: String
    ) throws(StatementProblem) {
        guard case .value(let value) = operand, value.type != type else { return }
        throw .operandType(name, value.type)
    }
}
