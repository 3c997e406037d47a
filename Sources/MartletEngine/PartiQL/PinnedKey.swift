// The item that an UPDATE or DELETE, or a read of one item, names: its condition has an equality for
// each key attribute beside whatever else must hold.

internal import MartletCatalog
internal import MartletExpressions
internal import MartletModel

struct PinnedKey {
    /// The key attributes that the condition pins; complete or not.
    var key: Item
    /// What else must hold.
    var conditions: [Condition]
    /// A key attribute that is said to have two values.
    var contradicted: Text?

    /// - Parameter takesLists: whether IN with one member counts as an equality.
    init(_ condition: Condition?, of schema: KeySchema, takesLists: Bool = false) {
        key = Item()
        conditions = []
        for conjunct in condition?.conjuncts ?? [] {
            guard let (name, value) = conjunct.equality(takesLists: takesLists),
                schema.contains(name)
            else {
                conditions.append(conjunct)
                continue
            }
            switch key[name] {
            case nil: key[name] = value
            case value?: break
            default:
                contradicted = contradicted ?? name
                conditions.append(conjunct)
            }
        }
        isComplete = key.count == schema.attributes.count
    }

    let isComplete: Bool
}

extension Condition {
    /// The conditions that all must hold.
    fileprivate var conjuncts: [Condition] {
        guard case .all(let conditions) = self else { return [self] }
        return conditions.flatMap(\.conjuncts)
    }

    /// The attribute and the value that it must equal, if that is what the condition says.
    fileprivate func equality(takesLists: Bool) -> (Text, AttributeValue)? {
        switch self {
        case .comparison(.path(let path), .equal, .value(let value)) where path.rest.isEmpty,
            .comparison(.value(let value), .equal, .path(let path)) where path.rest.isEmpty:
            return (path.root, value)
        case .isIn(.path(let path), let members)
        where takesLists && path.rest.isEmpty && members.count == 1:
            guard case .value(let value) = members[0] else { return nil }
            return (path.root, value)
        default: return nil
        }
    }
}
