/// A document path: an attribute, or a place inside one (`a.b[3].c`).
public struct AttributePath: Hashable, Sendable, CustomStringConvertible {
    public enum Component: Hashable, Sendable {
        case name(Text)
        case index(Int)
    }

    /// The top-level attribute.
    public var root: Text
    /// The way from there, outermost first; empty for the attribute itself.
    public var rest: [Component]

    public init(_ root: Text, _ rest: [Component] = []) {
        self.root = root
        self.rest = rest
    }

    /// Names and indexes as the service's messages list them: `[a, b, [3], c]`.
    public var description: String {
        let steps = rest.map { component in
            switch component {
            case .name(let name): name.string
            case .index(let index): "[\(index)]"
            }
        }
        return "[" + ([root.string] + steps).joined(separator: ", ") + "]"
    }
}

extension AttributeValue {
    /// The value at the end of `path`, starting from this value; nil where a step finds nothing.
    public func value(at path: some Sequence<AttributePath.Component>) -> AttributeValue? {
        var current = self
        for component in path {
            switch (component, current) {
            case (.name(let name), .map(let entries)):
                guard let next = entries[name] else { return nil }
                current = next
            case (.index(let index), .list(let elements)):
                guard elements.indices.contains(index) else { return nil }
                current = elements[index]
            default: return nil
            }
        }
        return current
    }
}

extension AttributeSource {
    /// The value at a path of this item, or nil.
    public func value(at path: AttributePath) -> AttributeValue? {
        guard let top = value(named: path.root) else { return nil }
        return path.rest.isEmpty ? top : top.value(at: path.rest)
    }
}
