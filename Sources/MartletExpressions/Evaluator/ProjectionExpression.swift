// A projection is a tree of what to keep. List elements come in the order of their indexes, and
// gaps close; maps and lists of which nothing is left are left out.

package import MartletModel

/// The attributes, and parts of attributes, that a request asks for.
public struct ProjectionExpression: Sendable {
    /// In the order of writing.
    package let paths: [AttributePath]
    private let roots: [(name: Text, part: Part)]

    /// What to keep of one value.
    private enum Part: Sendable {
        case whole
        /// Ascending by name.
        case members([(name: Text, part: Part)])
        /// Ascending by index.
        case elements([(index: Int, part: Part)])
    }

    /// - Parameter paths: none overlaps or conflicts with another.
    package init(distinct paths: [AttributePath]) {
        self.paths = paths
        let sorted = paths.sorted { $0.precedes($1) }
        roots = Self.groups(sorted[...], by: { .name($0.root) }).map { component, group in
            guard case .name(let name) = component else { preconditionFailure() }
            return (name, Self.part(of: group, depth: 0))
        }
    }

    /// The tree under paths that agree up to `depth` components of their rest.
    private static func part(of paths: ArraySlice<AttributePath>, depth: Int) -> Part {
        guard let first = paths.first, first.rest.count > depth else { return .whole }
        let groups = groups(paths, by: { $0.rest[depth] })
        if case .name = first.rest[depth] {
            return .members(
                groups.compactMap { component, group in
                    guard case .name(let name) = component else { return nil }
                    return (name, part(of: group, depth: depth + 1))
                })
        }
        return .elements(
            groups.compactMap { component, group in
                guard case .index(let index) = component else { return nil }
                return (index, part(of: group, depth: depth + 1))
            })
    }

    private static func groups(
        _ paths: ArraySlice<AttributePath>,
        by component: (AttributePath) -> AttributePath.Component
    ) -> [(AttributePath.Component, ArraySlice<AttributePath>)] {
        var groups: [(AttributePath.Component, ArraySlice<AttributePath>)] = []
        var rest = paths
        while let first = rest.first {
            let key = component(first)
            let group = rest.prefix { component($0) == key }
            groups.append((key, group))
            rest = rest[group.endIndex...]
        }
        return groups
    }

    /// What the projection keeps of `item`; empty when nothing is there.
    package func apply(to item: some AttributeSource) -> Item {
        var result = Item(minimumCapacity: roots.count)
        for (name, part) in roots {
            guard let value = item.value(named: name), let kept = Self.keep(part, of: value)
            else { continue }
            result.append(name, kept)
        }
        return result
    }

    /// Recurses at most as deep as a path may be.
    private static func keep(_ part: Part, of value: AttributeValue) -> AttributeValue? {
        switch (part, value) {
        case (.whole, _):
            return value
        case (.members(let members), .map(let entries)):
            var kept = AttributeMap(minimumCapacity: members.count)
            for (name, part) in members {
                guard let value = entries[name], let inner = keep(part, of: value) else { continue }
                kept.append(name, inner)
            }
            return kept.isEmpty ? nil : .map(kept)
        case (.elements(let chosen), .list(let elements)):
            let kept = chosen.compactMap { index, part in
                index < elements.count ? keep(part, of: elements[index]) : nil
            }
            return kept.isEmpty ? nil : .list(kept)
        default:
            return nil
        }
    }
}
