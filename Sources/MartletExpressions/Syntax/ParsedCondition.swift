// A condition as a program.
//
// Steps run from first to last and keep one truth value. A test sets it; a jump skips the right
// side of AND or OR when the left side has decided. So evaluation needs neither recursion nor a
// stack, however deep the text nests, and the steps stand in the order of writing, which is the
// order in which the service checks operands.

internal import MartletModel

/// A path or value, by slot, possibly inside `size()`.
struct OperandReference: Sendable {
    var slot: UInt16
    var isValue: Bool
    /// How many times `size` stands around it. Twice is always an error when bound.
    var sizeCount: UInt8

    init(path slot: UInt16, sizeCount: UInt8 = 0) {
        self.slot = slot
        self.sizeCount = sizeCount
        isValue = false
    }

    init(value slot: UInt16, sizeCount: UInt8 = 0) {
        self.slot = slot
        self.sizeCount = sizeCount
        isValue = true
    }

    var isPlainPath: Bool { !isValue && sizeCount == 0 }
    var isPlainValue: Bool { isValue && sizeCount == 0 }
}

enum ConditionStep: Sendable {
    case compare(Comparator, OperandReference, OperandReference)
    case between(OperandReference, OperandReference, OperandReference)
    /// Members are `count` elements of the program's `listOperands` from `first`.
    case isIn(OperandReference, first: UInt16, count: UInt16)
    /// A function of one operand carries it twice.
    case call(Function, OperandReference, OperandReference)
    case not
    /// Where to go on if the truth value is already the given one.
    case jump(if: Bool, to: UInt16)
}

/// An OR or NOT and the steps it covers, for the checks on key conditions.
struct Connective: Sendable {
    var name: String
    var start: Int
    var end: Int
}

struct ConditionProgram: Sendable {
    var steps: [ConditionStep] = []
    var listOperands: [OperandReference] = []
}

/// A condition that was read, not yet bound to a request's names and values. Immutable, so that
/// all requests with the same text share it.
final class ParsedCondition: Sendable {
    let program: ConditionProgram
    let paths: PathTemplates
    let valueNames: [Text]
    let connectives: [Connective]

    init(
        program: ConditionProgram, paths: PathTemplates, valueNames: [Text],
        connectives: [Connective]
    ) {
        self.program = program
        self.paths = paths
        self.valueNames = valueNames
        self.connectives = connectives
    }
}
