internal import MartletModel

/// A document path as written: some of its names may be placeholders.
struct PathTemplate: Sendable {
    enum Step: Sendable {
        case name(Text)
        case placeholder(Text)
        case index(Int)
    }

    /// The first is never an index.
    var steps: [Step]

    /// The path, where it needs no names from the request.
    var literal: AttributePath? {
        guard case .name(let root) = steps[0] else { return nil }
        var rest: [AttributePath.Component] = []
        for step in steps.dropFirst() {
            switch step {
            case .name(let name): rest.append(.name(name))
            case .index(let index): rest.append(.index(index))
            case .placeholder: return nil
            }
        }
        return AttributePath(root, rest)
    }
}

/// The paths of one expression, in the order of writing.
struct PathTemplates: Sendable {
    let templates: [PathTemplate]
    /// The same as paths, when the expression is complete without a request's names and within
    /// the depth limit: then every request shares this array.
    let literals: [AttributePath]?

    init(_ templates: [PathTemplate]) {
        self.templates = templates
        let literals = templates.compactMap { template in
            template.steps.count <= Limits.documentPathLevels ? template.literal : nil
        }
        self.literals = literals.count == templates.count ? literals : nil
    }
}
