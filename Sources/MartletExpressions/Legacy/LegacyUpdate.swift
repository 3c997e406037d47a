// An element of AttributeUpdates: one top-level attribute and what becomes of it. Together they are
// an update like one that was read from an expression, with two differences: ADD appends to a list,
// and a value that does not suit what is there has a text of its own.

package import MartletModel

package struct LegacyUpdate: Sendable {
    /// In the order in which the service lists them.
    package enum Action: String, Sendable, CaseIterable {
        case add = "ADD"
        case delete = "DELETE"
        case put = "PUT"
    }

    package let attribute: Text
    package let action: Action
    package let value: AttributeValue?

    package init(
        attribute: Text, action: Action, value: AttributeValue?
    ) throws(ValidationError) {
        self.attribute = attribute
        self.action = action
        self.value = value
        guard let value else {
            guard action == .delete else {
                throw .invalid("Only DELETE action is allowed when no attribute value is specified")
            }
            return
        }
        switch (action, value) {
        case (.put, _), (_, .stringSet), (_, .numberSet), (_, .binarySet): break
        case (.add, .number), (.add, .list): break
        case (.add, _):
            throw .invalid("ADD action is not supported for the type \(value.type.rawValue)")
        case (.delete, _):
            throw .invalid(
                "DELETE action with value is not supported for the type \(value.type.rawValue)")
        }
    }

    var step: UpdateAction {
        let path = AttributePath(attribute)
        guard let value else { return .remove(path) }
        switch (action, value) {
        case (.put, _): return .set(path, .value(value))
        case (.delete, _): return .delete(path, value)
        case (.add, .list):
            return .set(path, .listAppend(.ifNotExists(path, .value(.list([]))), .value(value)))
        case (.add, _): return .add(path, value)
        }
    }
}

extension UpdateExpression {
    /// Few enough for the slots of a program. The service's own limit is not known.
    private static var legacyUpdateLimit: Int { 10_000 }

    /// What AttributeUpdates asks for; nil when that is nothing.
    package init?(_ updates: [LegacyUpdate]) throws(ValidationError) {
        guard !updates.isEmpty else { return nil }
        guard updates.count <= Self.legacyUpdateLimit else {
            throw .invalid("Too many attributes in AttributeUpdates")
        }
        self.init(updates.map(\.step), isLegacy: true)
    }
}
