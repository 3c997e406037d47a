// Changes to an item, all of them addressing the item as it was: indexes are those of the lists
// before the update. So assignments come first; elements past a list's end are appended in the
// order of their indexes; and removals come last, from the back, so that none moves the place
// of another.

internal import MartletModel

/// A value to put at a path, or nil to remove what is there.
struct ItemChange {
    var path: AttributePath
    var value: AttributeValue?
}

/// Whether something can be put at a path.
enum PlaceForChange {
    case yes
    /// What the path leads through is not there.
    case missing
    /// What the path leads through is not a map or list, as the path needs.
    case wrongKind
}

extension AttributeMap {
    func hasPlace(for path: AttributePath) -> PlaceForChange {
        guard let last = path.rest.last else { return .yes }
        guard let root = self[path.root],
            let parent = root.value(at: path.rest.dropLast())
        else { return .missing }
        switch (last, parent) {
        case (.name, .map), (.index, .list): return .yes
        default: return .wrongKind
        }
    }

    /// - Precondition: there is a place for every change, and no two paths overlap.
    func applying(_ changes: [ItemChange]) -> AttributeMap {
        var result = self
        var appends: [ItemChange] = []
        var removals: [AttributePath] = []
        for change in changes {
            let isThere = change.path.rest.isEmpty || value(at: change.path) != nil
            switch (change.value, change.path.rest.last) {
            case (let value?, .index) where !isThere:
                appends.append(ItemChange(path: change.path, value: value))
            case (let value?, _):
                result.assign(value, at: change.path)
            case (nil, .index):
                if isThere { removals.append(change.path) }
            case (nil, _):
                result.assign(nil, at: change.path)
            }
        }
        if appends.count > 1 { appends.sort { $0.path.precedes($1.path) } }
        for change in appends { result.assign(change.value, at: change.path) }
        if removals.count > 1 { removals.sort { $1.precedes($0) } }
        for path in removals { result.assign(nil, at: path) }
        return result
    }

    private mutating func assign(_ value: AttributeValue?, at path: AttributePath) {
        if path.rest.isEmpty {
            self[path.root] = value
        } else if var root = self[path.root] {
            root.assign(value, at: path.rest[...])
            self[path.root] = root
        }
    }
}

extension AttributeValue {
    /// Puts `value` at a path inside this value; an index past a list's end appends.
    fileprivate mutating func assign(
        _ value: AttributeValue?, at path: ArraySlice<AttributePath.Component>
    ) {
        guard let first = path.first else { return }
        let rest = path.dropFirst()
        switch (first, self) {
        case (.name(let name), .map(var entries)):
            self = .null  // so that `entries` is the only reference, and changes in place
            if rest.isEmpty {
                entries[name] = value
            } else if var inner = entries[name] {
                inner.assign(value, at: rest)
                entries[name] = inner
            }
            self = .map(entries)
        case (.index(let index), .list(var elements)):
            self = .null
            if !rest.isEmpty {
                if index < elements.count { elements[index].assign(value, at: rest) }
            } else if let value {
                if index < elements.count {
                    elements[index] = value
                } else {
                    elements.append(value)
                }
            } else if index < elements.count {
                elements.remove(at: index)
            }
            self = .list(elements)
        default:
            preconditionFailure("There is a place for every change")
        }
    }
}
