// condition  = or
// or         = and ( OR and )*
// and        = not ( AND not )*
// not        = NOT not | primary
// primary    = '(' condition ')' | comparison | call
// comparison = operand sign operand | operand BETWEEN operand AND operand
//            | operand IN '(' operand ( ',' operand )* ')'
// operand    = path | value | call | '(' operand ')'
//
// Read with an explicit stack of open operators. What follows '(' may turn out to be an operand
// or a condition; the parser decides when it meets the next token, and so never goes back.

internal import MartletModel

struct ConditionParser {
    private var state: ParserState
    private var program = ConditionProgram()
    private var connectives: [Connective] = []
    private var open: [OpenOperator] = []

    private enum OpenOperator {
        case parenthesis
        case not(start: Int)
        /// `jump` is the step to complete when the right side has been read.
        case and(start: Int, jump: Int)
        case or(start: Int, jump: Int)
    }

    /// What was read last: an operand that waits for its operator, or a condition.
    private enum Element {
        case operand(ParsedOperand)
        case condition(start: Int)
    }

    static func parse(_ text: String) throws(ExpressionProblem) -> ParsedCondition {
        var parser = ConditionParser(state: ParserState(text))
        try parser.condition()
        try parser.state.finish()
        parser.shortenJumps()
        return ParsedCondition(
            program: parser.program, paths: PathTemplates(parser.state.templates),
            valueNames: parser.state.valueNames, connectives: parser.connectives)
    }

    private init(state: ParserState) { self.state = state }

    private mutating func condition() throws(ExpressionProblem) {
        while true {
            try openPrefixes()
            var element = Element.operand(try operand())
            var isParenthesized = false
            reading: while true {
                switch state.kind {
                case .rightParenthesis:
                    if case .operand(.call(let call)) = element, !endsWithParenthesis {
                        element = emit(call)
                    }
                    if case .condition(let start) = element {
                        element = .condition(start: reduce(start, &isParenthesized))
                    }
                    guard endsWithParenthesis else { throw state.syntaxProblem }
                    open.removeLast()
                    state.advance()
                    if isParenthesized { throw .redundantParentheses }
                    isParenthesized = true
                case .and, .or:
                    let start = try completed(element)
                    openInfix(start, isOr: state.kind == .or)
                    state.advance()
                    break reading
                case .end:
                    let start = try completed(element)
                    _ = reduce(start, &isParenthesized)
                    guard open.isEmpty else { throw state.syntaxProblem }
                    return
                default:
                    guard case .operand(let left) = element else { throw state.syntaxProblem }
                    element = try comparison(left)
                    isParenthesized = false
                }
            }
        }
    }

    private var endsWithParenthesis: Bool {
        if case .parenthesis = open.last { return true }
        return false
    }

    /// Opening parentheses and NOTs.
    private mutating func openPrefixes() throws(ExpressionProblem) {
        while true {
            switch state.kind {
            case .leftParenthesis: open.append(.parenthesis)
            case .not:
                open.append(.not(start: program.steps.count))
                state.countOperator()
            default: return
            }
            state.advance()
        }
    }

    /// The element as a condition: a call that stands for itself becomes one here.
    private mutating func completed(_ element: Element) throws(ExpressionProblem) -> Int {
        switch element {
        case .condition(let start): return start
        case .operand(.call(let call)):
            guard case .condition(let start) = emit(call) else { preconditionFailure() }
            return start
        case .operand: throw state.syntaxProblem
        }
    }

    /// Ends the operators that bind as tightly as `AND`, and `OR` too when `through` says so.
    /// - Returns: where the resulting condition starts.
    private mutating func reduce(
        _ start: Int, _ isParenthesized: inout Bool, keepingOr: Bool = false
    ) -> Int {
        var start = start
        while let last = open.last {
            switch last {
            case .parenthesis: return start
            case .not(let begin):
                program.steps.append(.not)
                connectives.append(
                    Connective(name: "NOT", start: begin, end: program.steps.count))
                start = begin
            case .and(let begin, let jump):
                program.steps[jump] = .jump(if: false, to: UInt16(program.steps.count))
                start = begin
            case .or(let begin, let jump):
                if keepingOr { return start }
                program.steps[jump] = .jump(if: true, to: UInt16(program.steps.count))
                connectives.append(
                    Connective(name: "OR", start: begin, end: program.steps.count))
                start = begin
            }
            isParenthesized = false
            open.removeLast()
        }
        return start
    }

    private mutating func openInfix(_ start: Int, isOr: Bool) {
        state.countOperator()
        var ignored = false
        let start = reduce(start, &ignored, keepingOr: !isOr)
        // Completed when the right side is known.
        program.steps.append(.jump(if: isOr, to: 0))
        let jump = program.steps.count - 1
        open.append(isOr ? .or(start: start, jump: jump) : .and(start: start, jump: jump))
    }

    /// A jump that lands on a jump with the same test goes straight to that one's target.
    private mutating func shortenJumps() {
        for index in program.steps.indices.reversed() {
            guard case .jump(let test, let target) = program.steps[index],
                Int(target) < program.steps.count,
                case .jump(test, let further) = program.steps[Int(target)]
            else { continue }
            program.steps[index] = .jump(if: test, to: further)
        }
    }

    // MARK: Comparisons and calls

    private mutating func comparison(_ left: ParsedOperand) throws(ExpressionProblem) -> Element {
        let start = program.steps.count
        switch state.kind {
        case .between:
            state.countOperator()
            state.advance()
            let left = reference(left)
            let low = reference(try self.operand(parenthesized: true))
            try state.expect(.and)
            let high = reference(try self.operand(parenthesized: true))
            program.steps.append(.between(left, low, high))
        case .in:
            state.countOperator()
            state.advance()
            let left = reference(left)
            try state.expect(.leftParenthesis)
            var members: [OperandReference] = []
            while true {
                members.append(reference(try self.operand(parenthesized: true)))
                if state.kind != .comma { break }
                state.advance()
            }
            try state.expect(.rightParenthesis)
            program.steps.append(
                .isIn(
                    left, first: UInt16(program.listOperands.count), count: UInt16(members.count)))
            program.listOperands += members
        default:
            guard let comparator else { throw state.syntaxProblem }
            state.countOperator()
            state.advance()
            let left = reference(left)
            let right = reference(try self.operand(parenthesized: true))
            program.steps.append(.compare(comparator, left, right))
        }
        return .condition(start: start)
    }

    private var comparator: Comparator? {
        switch state.kind {
        case .equal: .equal
        case .notEqual: .notEqual
        case .less: .less
        case .lessOrEqual: .lessOrEqual
        case .greater: .greater
        case .greaterOrEqual: .greaterOrEqual
        default: nil
        }
    }

    private mutating func operand(
        parenthesized: Bool = false
    ) throws(ExpressionProblem) -> ParsedOperand {
        try state.operand(parenthesized: parenthesized) { state, call in
            Self.check(call, asCondition: false, &state)
        }
    }

    /// Notes what is wrong with a call in its place. Its arguments have been checked before.
    private static func check(
        _ call: ParsedCall, asCondition: Bool, _ state: inout ParserState
    ) {
        guard let function = call.function else {
            return state.note(
                ExpressionProblem("Invalid function name; function: " + call.name),
                rank: call.nameToken)
        }
        if function.isForUpdates {
            state.note(
                ExpressionProblem(
                    "The function is not allowed in a condition expression; function: "
                        + call.name),
                rank: call.nameToken)
        } else if function.isCondition != asCondition {
            state.note(
                ExpressionProblem(
                    "The function is not allowed to be used this way in an expression; function: "
                        + call.name),
                rank: call.nameToken)
        } else if function.operandCount != call.arguments.count {
            state.note(
                .operandCount(call.name, call.arguments.count), rank: call.nameToken)
        }
    }

    /// Adds the test that a call is.
    private mutating func emit(_ call: ParsedCall) -> Element {
        Self.check(call, asCondition: true, &state)
        let start = program.steps.count
        let operands = call.arguments.map { Self.innerReference($0) }
        program.steps.append(
            .call(
                call.function ?? .contains, operands[0],
                operands.count > 1 ? operands[1] : operands[0]))
        return .condition(start: start)
    }

    /// An operand of a comparison, where the only call is `size`.
    private mutating func reference(_ operand: ParsedOperand) -> OperandReference {
        if case .call(let call) = operand { Self.check(call, asCondition: false, &state) }
        return Self.innerReference(operand)
    }

    /// A call that may not stand there was noted, and what comes of it is never used.
    private static func innerReference(_ operand: ParsedOperand) -> OperandReference {
        var operand = operand
        var sizeCount: UInt8 = 0
        while true {
            switch operand {
            case .path(let slot): return OperandReference(path: slot, sizeCount: sizeCount)
            case .value(let slot): return OperandReference(value: slot, sizeCount: sizeCount)
            case .call(let call):
                sizeCount = min(sizeCount + 1, 2)
                operand = call.arguments[0]
            }
        }
    }
}
