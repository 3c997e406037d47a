// Updates made by code rather than by text.

package import MartletModel

/// One change to an item.
package enum UpdateAction: Sendable {
    case set(AttributePath, AssignedValue)
    case remove(AttributePath)
    /// A number to add, or members to unite with a set.
    case add(AttributePath, AttributeValue)
    /// Members to take out of a set.
    case delete(AttributePath, AttributeValue)
}

/// What SET assigns.
package indirect enum AssignedValue: Sendable {
    case value(AttributeValue)
    case path(AttributePath)
    case ifNotExists(AttributePath, AssignedValue)
    case listAppend(AssignedValue, AssignedValue)
    case sum(AssignedValue, AssignedValue)
    case difference(AssignedValue, AssignedValue)
}

extension UpdateExpression {
    /// What is wrong with changing these places at once, in the service's words; nil for nothing.
    package static func clash(among paths: [AttributePath]) -> String? {
        PathRelation.problem(among: paths)?.text
    }

    /// An update of these actions. Their paths must not overlap, and ADD and DELETE must have
    /// operands of a type they take: nothing is checked.
    package init(_ actions: [UpdateAction], isLegacy: Bool = false) {
        var compiler = UpdateCompiler()
        for action in actions { compiler.add(action) }
        self.init(
            program: compiler.program, paths: compiler.paths, values: compiler.values,
            isLegacy: isLegacy)
    }
}

private struct UpdateCompiler {
    var program = UpdateProgram()
    var paths: [AttributePath] = []
    var values: [AttributeValue] = []

    mutating func add(_ action: UpdateAction) {
        let start = program.nodes.count
        let section: UpdateSection
        let slot: UInt16
        switch action {
        case .set(let path, let assigned):
            (section, slot) = (.set, self.slot(of: path))
            _ = node(assigned)
        case .remove(let path):
            (section, slot) = (.remove, self.slot(of: path))
        case .add(let path, let value):
            (section, slot) = (.add, self.slot(of: path))
            _ = node(.value(value))
        case .delete(let path, let value):
            (section, slot) = (.delete, self.slot(of: path))
            _ = node(.value(value))
        }
        program.steps.append(
            UpdateStep(section: section, path: slot, nodes: start..<program.nodes.count))
    }

    private mutating func slot(of path: AttributePath) -> UInt16 {
        paths.append(path)
        return UInt16(paths.count - 1)
    }

    private mutating func node(_ assigned: AssignedValue) -> UInt16 {
        switch assigned {
        case .value(let value):
            values.append(value)
            program.nodes.append(.value(UInt16(values.count - 1)))
        case .path(let path):
            program.nodes.append(.path(slot(of: path)))
        case .ifNotExists(let path, let other):
            let first = node(.path(path))
            program.nodes.append(.ifNotExists(first, node(other)))
        case .listAppend(let first, let second):
            let first = node(first)
            program.nodes.append(.listAppend(first, node(second)))
        case .sum(let first, let second):
            let first = node(first)
            program.nodes.append(.sum(first, node(second)))
        case .difference(let first, let second):
            let first = node(first)
            program.nodes.append(.difference(first, node(second)))
        }
        return UInt16(program.nodes.count - 1)
    }
}
