/// Something whose top-level attributes can be looked up by name: an item, or a stored record that
/// decodes only what is asked for. Expressions are evaluated against any of them.
public protocol AttributeSource {
    func value(named name: Text) -> AttributeValue?
}

extension AttributeMap: AttributeSource {
    public func value(named name: Text) -> AttributeValue? { self[name] }
}

/// An item that does not exist: every attribute is missing.
public struct MissingItem: AttributeSource {
    public init() {}
    public func value(named name: Text) -> AttributeValue? { nil }
}
