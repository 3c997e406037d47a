// update  = section+
// section = SET path '=' assigned ( ',' ... )* | REMOVE path ( ',' ... )*
//         | ADD path value ( ',' ... )*        | DELETE path value ( ',' ... )*
// assigned = operand | operand ( '+' | '-' ) operand | '(' assigned ')'
// operand  = path | value | call | '(' operand ')'

internal import MartletModel

struct UpdateParser {
    private var state: ParserState
    private var program = UpdateProgram()
    private var sections: [UpdateSection] = []

    static func parse(_ text: String) throws(ExpressionProblem) -> ParsedUpdate {
        var parser = UpdateParser(state: ParserState(text))
        repeat { try parser.section() } while parser.state.kind != .end
        try parser.state.finish()
        return ParsedUpdate(
            program: parser.program, paths: PathTemplates(parser.state.templates),
            valueNames: parser.state.valueNames)
    }

    private init(state: ParserState) { self.state = state }

    private mutating func section() throws(ExpressionProblem) {
        let section: UpdateSection
        switch state.kind {
        case .set: section = .set
        case .remove: section = .remove
        case .add: section = .add
        case .delete: section = .delete
        default: throw state.syntaxProblem
        }
        open(section)
        repeat {
            // Past the section's name, or the comma before one more action.
            state.advance()
            try action(section)
        } while state.kind == .comma
    }

    /// The service looks at one section after the other, in the order in which they first
    /// appear, and at a repetition when it has seen all of the section.
    private mutating func open(_ section: UpdateSection) {
        let sectionRanks = 1 << 20
        if let place = sections.firstIndex(of: section) {
            state.rankBase = place * sectionRanks
            state.note(
                ExpressionProblem(
                    "The \"\(section.rawValue)\" section can only be used once in an update "
                        + "expression;"), rank: sectionRanks - 1)
        } else {
            state.rankBase = sections.count * sectionRanks
            sections.append(section)
        }
    }

    private mutating func action(_ section: UpdateSection) throws(ExpressionProblem) {
        let path = try state.path()
        let start = program.nodes.count
        switch section {
        case .set:
            try state.expect(.equal)
            try assigned()
        case .remove:
            break
        case .add, .delete:
            program.nodes.append(.value(try state.value()))
        }
        program.steps.append(
            UpdateStep(section: section, path: path, nodes: start..<program.nodes.count))
    }

    private mutating func assigned() throws(ExpressionProblem) {
        var openCount = 0
        while state.kind == .leftParenthesis {
            openCount += 1
            state.advance()
        }
        let left = emit(try operand(parenthesized: false))
        var isParenthesized = false
        var isArithmetic = false
        while true {
            if state.kind == .rightParenthesis, openCount > 0 {
                if isParenthesized { throw .redundantParentheses }
                isParenthesized = true
                openCount -= 1
                state.advance()
            } else if state.kind == .plus || state.kind == .minus, !isArithmetic {
                let isSum = state.kind == .plus
                state.countOperator()
                state.advance()
                let right = emit(try operand(parenthesized: true))
                program.nodes.append(isSum ? .sum(left, right) : .difference(left, right))
                isArithmetic = true
                isParenthesized = false
            } else {
                guard openCount == 0 else { throw state.syntaxProblem }
                return
            }
        }
    }

    private mutating func operand(
        parenthesized: Bool
    ) throws(ExpressionProblem) -> ParsedOperand {
        let operand = try state.operand(parenthesized: parenthesized) { state, call in
            Self.check(call, &state)
        }
        if case .call(let call) = operand { Self.check(call, &state) }
        return operand
    }

    private static func check(_ call: ParsedCall, _ state: inout ParserState) {
        if call.function == nil {
            state.note(
                ExpressionProblem("Invalid function name; function: " + call.name),
                rank: call.nameToken)
        } else if call.function?.isForUpdates == false {
            state.note(
                ExpressionProblem(
                    "The function is not allowed in an update expression; function: " + call.name),
                rank: call.nameToken)
        }
    }

    /// Adds the nodes of an operand and gives the last. Calls nest as deep as operators are
    /// allowed, at most.
    private mutating func emit(_ operand: ParsedOperand) -> UInt16 {
        switch operand {
        case .path(let slot): program.nodes.append(.path(slot))
        case .value(let slot): program.nodes.append(.value(slot))
        case .call(let call):
            let count = call.arguments.count
            // A function that does not belong here was noted; its nodes are never used.
            if count != 2 {
                program.nodes.append(.miscounted(call.function ?? .listAppend, count))
            }
            let operands = call.arguments.map { emit($0) }
            guard count == 2 else { break }
            program.nodes.append(
                call.function == .ifNotExists
                    ? .ifNotExists(operands[0], operands[1])
                    : .listAppend(operands[0], operands[1]))
        }
        return UInt16(program.nodes.count - 1)
    }
}
