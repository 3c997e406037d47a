// Every right-hand side reads the item as it was. All problems are found before anything changes;
// their order is the service's:
//
//   1. a path through something that is neither map nor list, as the path needs
//   2. an operand of the wrong type; a sum that ADD cannot store
//   3. from the last section to the first: a path through something missing, then a missing operand
//   4. a number that SET cannot store

package import MartletModel

/// An update, bound to the names and values of a request.
public struct UpdateExpression: Sendable {
    let program: UpdateProgram
    /// Every path that it changes or reads.
    package let paths: [AttributePath]
    let values: [AttributeValue]
    /// Whether it comes from AttributeUpdates, which has texts of its own.
    package let isLegacy: Bool

    init(
        program: UpdateProgram, paths: [AttributePath], values: [AttributeValue],
        isLegacy: Bool = false
    ) {
        self.program = program
        self.paths = paths
        self.values = values
        self.isLegacy = isLegacy
    }

    /// The paths it changes, in the order of writing. None overlaps another.
    package var touchedPaths: [AttributePath] { program.steps.map { paths[Int($0.path)] } }

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
            throw ValidationError(error.message(isLegacy: isLegacy))
        }
    }

    // MARK: What changes

    private func changes(to item: Item) throws(UpdateFailure) -> [ItemChange] {
        let steps = program.steps
        for step in steps where item.hasPlace(for: path(of: step)) == .wrongKind {
            throw .invalidPath
        }
        var assigned: [UpdateOutcome] = []
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
        _ assigned: [UpdateOutcome], in item: Item
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

    private func outcome(of step: UpdateStep, in item: Item) -> UpdateOutcome {
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
    ) -> UpdateOutcome {
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
    ) -> UpdateOutcome {
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

    static func number(
        _ arithmetic: () throws(DecimalNumber.Failure) -> DecimalNumber
    ) -> UpdateOutcome {
        do throws(DecimalNumber.Failure) {
            return .value(.number(try arithmetic()))
        } catch {
            return .failure(.number(error))
        }
    }
}
