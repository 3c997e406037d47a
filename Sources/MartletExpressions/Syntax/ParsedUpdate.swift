// An update as read: its actions in the order of writing, and the values they set as nodes, each
// after the nodes it is made of, so that one pass from first to last evaluates them all.

internal import MartletModel

/// A part of an update expression, which may appear once.
enum UpdateSection: String, Sendable, CaseIterable {
    case set = "SET"
    case remove = "REMOVE"
    case add = "ADD"
    case delete = "DELETE"
}

/// Something a SET assigns. Paths and values are slots; operands are earlier nodes.
enum UpdateNode: Sendable {
    case path(UInt16)
    case value(UInt16)
    case ifNotExists(UInt16, UInt16)
    case listAppend(UInt16, UInt16)
    case sum(UInt16, UInt16)
    case difference(UInt16, UInt16)
    /// A call with the wrong number of operands, before those. Binding always refuses it.
    case miscounted(Function, Int)
}

struct UpdateStep: Sendable {
    var section: UpdateSection
    /// The slot of the path it changes.
    var path: UInt16
    /// The nodes of what SET assigns, the last one the result; the value of ADD or DELETE as its
    /// only node; empty for REMOVE.
    var nodes: Range<Int>
}

struct UpdateProgram: Sendable {
    var steps: [UpdateStep] = []
    var nodes: [UpdateNode] = []
}

/// An update that was read, not yet bound to a request's names and values.
final class ParsedUpdate: Sendable {
    let program: UpdateProgram
    let paths: PathTemplates
    let valueNames: [Text]

    init(program: UpdateProgram, paths: PathTemplates, valueNames: [Text]) {
        self.program = program
        self.paths = paths
        self.valueNames = valueNames
    }
}
