public import MartletModel

/// The types that a key attribute can have.
public enum KeyType: String, Hashable, Sendable {
    case string = "S"
    case number = "N"
    case binary = "B"

    package func matches(_ value: AttributeValue) -> Bool {
        switch (self, value) {
        case (.string, .string), (.number, .number), (.binary, .binary): true
        default: false
        }
    }
}

/// An attribute that is part of a key.
public struct KeyAttribute: Hashable, Sendable {
    public var name: Text
    public var type: KeyType

    public init(name: Text, type: KeyType) {
        self.name = name
        self.type = type
    }
}

/// The key of a table or an index. A table and a local index have one hash attribute and at most
/// one range attribute; a global index has one to four hash and up to four range attributes.
public struct KeySchema: Hashable, Sendable {
    public var hash: [KeyAttribute]
    public var range: [KeyAttribute]

    package init(hash: [KeyAttribute], range: [KeyAttribute] = []) {
        precondition(!hash.isEmpty, "a key has a hash attribute")
        self.hash = hash
        self.range = range
    }

    /// Hash attributes, then range attributes.
    public var attributes: [KeyAttribute] { hash + range }

    package func contains(_ name: Text) -> Bool {
        hash.contains { $0.name == name } || range.contains { $0.name == name }
    }
}
