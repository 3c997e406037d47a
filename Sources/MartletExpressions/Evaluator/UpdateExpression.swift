// Every right-hand side reads the item as it was. All problems are found before anything changes;
// their order is the service's:
//
//   1. a path through something that is neither map nor list, as the path needs
//   2. an operand of the wrong type; a sum that ADD cannot store
//   3. from the last section to the first: a path through something missing, then a missing operand
//   4. a number that SET cannot store

package import MartletModel

/// An update, bound to the names and values of a request.
package struct UpdateExpression: Sendable {
    private let program: UpdateProgram
    private let paths: [AttributePath]
    private let values: [AttributeValue]

    init(program: UpdateProgram, paths: [AttributePath], values: [AttributeValue]) {
        self.program = program
        self.paths = paths
        self.values = values
    }

    /// The paths it changes, in the order of writing. None overlaps another.
    package var touchedPaths: [AttributePath] { program.steps.map { paths[Int($0.path)] } }

    /// The paths it reads, for what it assigns.
    package var readPaths: [AttributePath] {
        program.nodes.compactMap { node in
            guard case .path(let slot) = node else { return nil }
            return paths[Int(slot)]
        }
    }

    /// Whether it consists of REMOVE and DELETE only: then it makes nothing of a missing item.
    package var onlyRemoves: Bool {
        program.steps.allSatisfy { $0.section == .remove || $0.section == .delete }
    }

    /// The touched parts of `item`, nested as they are there; for UPDATED_OLD and UPDATED_NEW.
    package func touchedPart(of item: Item) -> Item {
        ProjectionExpression(distinct: touchedPaths).apply(to: item)
    }

    /// The item that the update makes of `item`.
    package func apply(to item: Item) throws(ValidationError) -> Item {
        do throws(UpdateFailure) {
            let changes = try changes(to: item)
            return item.applying(changes)
        } catch {
            throw ValidationError(error.message)
        }
    }

    // MARK: What changes

    private func changes(to item: Item) throws(UpdateFailure) -> [ItemChange] {
        let steps = program.steps
        for step in steps where item.hasPlace(for: path(of: step)) == .wrongKind {
            throw .invalidPath
        }
        var assigned: [Outcome] = []
        assigned.reserveCapacity(steps.count)
        for step in steps {
            let outcome = outcome(of: step, in: item)
            if case .failure(.wrongType) = outcome { throw .wrongType }
            if case .failure(.number(let failure)) = outcome, step.section == .add {
                throw .number(failure)
            }
            assigned.append(outcome)
        }
        try checkPlacesAndOperands(assigned, in: item)
        var changes: [ItemChange] = []
        changes.reserveCapacity(steps.count)
        for (step, outcome) in zip(steps, assigned) {
            let path = path(of: step)
            switch outcome {
            case .value(let value): changes.append(ItemChange(path: path, value: value))
            case .nothing: changes.append(ItemChange(path: path, value: nil))
            case .failure(let failure): throw failure
            }
        }
        return changes
    }

    private func path(of step: UpdateStep) -> AttributePath { paths[Int(step.path)] }

    private func checkPlacesAndOperands(
        _ assigned: [Outcome], in item: Item
    ) throws(UpdateFailure) {
        var end = program.steps.count
        while end > 0 {
            var start = end - 1
            while start > 0, program.steps[start - 1].section == program.steps[start].section {
                start -= 1
            }
            for step in program.steps[start..<end] where item.hasPlace(for: path(of: step)) != .yes
            {
                throw .invalidPath
            }
            for case .failure(.missing) in assigned[start..<end] { throw .missing }
            end = start
        }
    }

    /// What a step puts at its path.
    private enum Outcome {
        case value(AttributeValue)
        /// The path is removed.
        case nothing
        case failure(UpdateFailure)

        var value: AttributeValue? {
            guard case .value(let value) = self else { return nil }
            return value
        }
    }

    private func outcome(of step: UpdateStep, in item: Item) -> Outcome {
        switch step.section {
        case .remove: return .nothing
        case .set: return evaluate(step.nodes, in: item)
        case .add, .delete:
            guard case .value(let slot) = program.nodes[step.nodes.lowerBound] else {
                preconditionFailure("ADD and DELETE take a value")
            }
            let current = item.value(at: path(of: step))
            let operand = values[Int(slot)]
            return step.section == .add
                ? Self.add(operand, to: current) : Self.delete(operand, from: current)
        }
    }

    private static func add(
        _ operand: AttributeValue, to current: AttributeValue?
    ) -> Outcome {
        switch (current, operand) {
        case (nil, _): return .value(operand)
        case (.number(let current), .number(let operand)):
            return number { () throws(DecimalNumber.Failure) in try current.adding(operand) }
        case (.stringSet(let current), .stringSet(let operand)):
            return .value(.stringSet(current.union(operand)))
        case (.numberSet(let current), .numberSet(let operand)):
            return .value(.numberSet(current.union(operand)))
        case (.binarySet(let current), .binarySet(let operand)):
            return .value(.binarySet(current.union(operand)))
        default: return .failure(.wrongType)
        }
    }

    private static func delete(
        _ operand: AttributeValue, from current: AttributeValue?
    ) -> Outcome {
        switch (current, operand) {
        case (nil, _): return .nothing
        case (.stringSet(let current), .stringSet(let operand)):
            let rest = current.subtracting(operand)
            return rest.isEmpty ? .nothing : .value(.stringSet(rest))
        case (.numberSet(let current), .numberSet(let operand)):
            let rest = current.subtracting(operand)
            return rest.isEmpty ? .nothing : .value(.numberSet(rest))
        case (.binarySet(let current), .binarySet(let operand)):
            let rest = current.subtracting(operand)
            return rest.isEmpty ? .nothing : .value(.binarySet(rest))
        default: return .failure(.wrongType)
        }
    }

    private static func number(
        _ arithmetic: () throws(DecimalNumber.Failure) -> DecimalNumber
    ) -> Outcome {
        do throws(DecimalNumber.Failure) {
            return .value(.number(try arithmetic()))
        } catch {
            return .failure(.number(error))
        }
    }

    // MARK: What is assigned

    /// The outcome of the last of `nodes`. A failure in an operand becomes the result's, except
    /// where `if_not_exists` does not need that operand.
    private func evaluate(_ nodes: Range<Int>, in item: Item) -> Outcome {
        if nodes.count == 1 { return leaf(program.nodes[nodes.lowerBound], in: item) }
        var outcomes: [Outcome] = []
        outcomes.reserveCapacity(nodes.count)
        func operand(_ node: UInt16) -> Outcome { outcomes[Int(node) - nodes.lowerBound] }
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

    private func leaf(_ node: UpdateNode, in item: Item) -> Outcome {
        switch node {
        case .value(let slot): .value(values[Int(slot)])
        case .path(let slot):
            item.value(at: paths[Int(slot)]).map { .value($0) } ?? .failure(.missing)
        default: preconditionFailure("Not a leaf")
        }
    }

    private static func append(_ tail: Outcome, to head: Outcome) -> Outcome {
        if let failure = failure(of: head, tail, needing: .list) { return .failure(failure) }
        guard case .list(let first)? = head.value, case .list(let second)? = tail.value else {
            preconditionFailure("Checked above")
        }
        return .value(.list(first + second))
    }

    private static func combine(_ left: Outcome, _ right: Outcome, isSum: Bool) -> Outcome {
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
        of first: Outcome, _ second: Outcome, needing type: AttributeType
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

/// Why an update cannot be applied to an item.
enum UpdateFailure: Error {
    case invalidPath
    case wrongType
    case missing
    case number(DecimalNumber.Failure)

    var message: String {
        switch self {
        case .invalidPath:
            "The document path provided in the update expression is invalid for update"
        case .wrongType:
            "An operand in the update expression has an incorrect data type"
        case .missing:
            "The provided expression refers to an attribute that does not exist in the item"
        case .number(.overflow):
            "Number overflow. Attempting to store a number with magnitude larger than supported "
                + "range"
        case .number(.underflow):
            "Number underflow. Attempting to store a number with magnitude smaller than supported "
                + "range"
        case .number(.tooManyDigits):
            "Attempting to store more than 38 significant digits in a Number"
        case .number(.notNumeric):
            preconditionFailure("Arithmetic yields numbers")
        }
    }
}
