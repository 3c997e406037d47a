internal import MartletModel

/// How two paths of one projection or update get into each other's way.
enum PathRelation: String {
    /// They are the same, or one leads into the other.
    case overlap
    /// They take the same place for a map and for a list.
    case conflict

    init?(_ first: AttributePath, _ second: AttributePath) {
        guard first.root == second.root else { return nil }
        for (one, other) in zip(first.rest, second.rest) where one != other {
            switch (one, other) {
            case (.name, .index), (.index, .name): self = .conflict
            default: return nil
            }
            return
        }
        self = .overlap
    }

    /// The first problem among the paths: an overlap before any conflict, and then the earliest.
    static func problem(among paths: [AttributePath]) -> ExpressionProblem? {
        guard paths.count > 1, mayClash(paths) else { return nil }
        var conflict: ExpressionProblem?
        for second in paths.indices {
            for first in paths[..<second].indices {
                switch PathRelation(paths[first], paths[second]) {
                case nil: break
                case .overlap: return .paths(.overlap, paths[first], paths[second])
                case .conflict:
                    conflict = conflict ?? .paths(.conflict, paths[first], paths[second])
                }
            }
        }
        return conflict
    }

    /// Whether any two paths are related; O(n log n), since related paths become neighbours.
    private static func mayClash(_ paths: [AttributePath]) -> Bool {
        if paths.count == 2 { return PathRelation(paths[0], paths[1]) != nil }
        let sorted = paths.sorted { $0.precedes($1) }
        return zip(sorted, sorted.dropFirst()).contains { PathRelation($0, $1) != nil }
    }
}

extension AttributePath {
    /// An order in which everything under one prefix is together, names before indexes.
    func precedes(_ other: AttributePath) -> Bool {
        if root != other.root { return root < other.root }
        for (mine, theirs) in zip(rest, other.rest) where mine != theirs {
            switch (mine, theirs) {
            case (.name(let mine), .name(let theirs)): return mine < theirs
            case (.index(let mine), .index(let theirs)): return mine < theirs
            case (.name, .index): return true
            case (.index, .name): return false
            }
        }
        return rest.count < other.rest.count
    }
}
