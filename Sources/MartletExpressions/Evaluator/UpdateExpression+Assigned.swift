// What SET assigns, evaluated node by node, each after its operands. A failure is an outcome like
// any other, so that an operand that turns out not to be needed cannot spoil the result.

internal import MartletModel

/// What a step puts at its path.
enum UpdateOutcome {
    case value(AttributeValue)
    /// The path is removed.
    case nothing
    case failure(UpdateFailure)

    var value: AttributeValue? {
        guard case .value(let value) = self else { return nil }
        return value
    }
}

extension UpdateExpression {
    /// The outcome of the last of `nodes`. A failure in an operand becomes the result's, except
    /// where `if_not_exists` does not need that operand.
    func evaluate(_ nodes: Range<Int>, in item: Item) -> UpdateOutcome {
        if nodes.count == 1 { return leaf(program.nodes[nodes.lowerBound], in: item) }
        var outcomes: [UpdateOutcome] = []
        outcomes.reserveCapacity(nodes.count)
        func operand(_ node: UInt16) -> UpdateOutcome { outcomes[Int(node) - nodes.lowerBound] }
        for node in program.nodes[nodes] {
            switch node {
            case .path, .value:
                outcomes.append(leaf(node, in: item))
            case .ifNotExists(let first, let second):
                let current = operand(first)
                outcomes.append(current.value == nil ? operand(second) : current)
            case .listAppend(let first, let second):
                outcomes.append(Self.append(operand(second), to: operand(first)))
            case .sum(let first, let second):
                outcomes.append(Self.combine(operand(first), operand(second), isSum: true))
            case .difference(let first, let second):
                outcomes.append(Self.combine(operand(first), operand(second), isSum: false))
            case .miscounted:
                preconditionFailure("Binding refuses it")
            }
        }
        return outcomes[outcomes.count - 1]
    }

    private func leaf(_ node: UpdateNode, in item: Item) -> UpdateOutcome {
        switch node {
        case .value(let slot): .value(values[Int(slot)])
        case .path(let slot):
            item.value(at: paths[Int(slot)]).map { .value($0) } ?? .failure(.missing)
        default: preconditionFailure("Not a leaf")
        }
    }

    private static func append(_ tail: UpdateOutcome, to head: UpdateOutcome) -> UpdateOutcome {
        if let failure = failure(of: head, tail, needing: .list) { return .failure(failure) }
        guard case .list(let first)? = head.value, case .list(let second)? = tail.value else {
            preconditionFailure("Checked above")
        }
        return .value(.list(first + second))
    }

    private static func combine(_ left: UpdateOutcome, _ right: UpdateOutcome, isSum: Bool)
        -> UpdateOutcome
    {
        if let failure = failure(of: left, right, needing: .number) { return .failure(failure) }
        guard case .number(let first)? = left.value, case .number(let second)? = right.value else {
            preconditionFailure("Checked above")
        }
        return number { () throws(DecimalNumber.Failure) in
            isSum ? try first.adding(second) : try first.subtracting(second)
        }
    }

    /// A wrong type in either operand comes before any other failure.
    private static func failure(
        of first: UpdateOutcome, _ second: UpdateOutcome, needing type: AttributeType
    ) -> UpdateFailure? {
        var found: UpdateFailure?
        for operand in [first, second] {
            switch operand {
            case .value(let value) where value.type == type: break
            case .value, .failure(.wrongType): return .wrongType
            case .failure(let failure): found = found ?? failure
            case .nothing: preconditionFailure("No operand is nothing")
            }
        }
        return found
    }
}
