// The names and values that came with a request, and which of them its expressions have used.

internal import MartletModel

/// ExpressionAttributeNames: the attribute name for each `#name`.
struct NamePlaceholders {
    private var entries: [(key: Text, name: Text)] = []
    private var used = PlaceholderUse()

    init(_ names: [Text: Text]?) throws(ValidationError) {
        guard let names else { return }
        let parameter = "ExpressionAttributeNames"
        if names.isEmpty { throw ValidationError(parameter + " must not be empty") }
        entries.reserveCapacity(names.count)
        for (key, name) in names { entries.append((key, name)) }
        entries.sort { $0.key < $1.key }
        for (key, _) in entries {
            try checkPlaceholder(key, sign: UInt8(ascii: "#"), parameter: parameter)
        }
        for (key, name) in entries where name.isEmpty {
            throw ValidationError(
                parameter + " contains invalid value: Empty attribute name for key \(key)")
        }
    }

    /// The attribute name for `key`, marked as used.
    mutating func use(_ key: Text) -> Text? {
        guard let position = entries.firstPosition(of: key, by: \.key) else { return nil }
        used.insert(position)
        return entries[position].name
    }

    func requireAllUsed() throws(ValidationError) {
        try rejectUnused(
            entries.map(\.key), used: used, parameter: "ExpressionAttributeNames")
    }
}

/// ExpressionAttributeValues: the value for each `:name`.
struct ValuePlaceholders {
    private var entries: [AttributeMap.Entry] = []
    private var used = PlaceholderUse()

    init(_ values: AttributeMap?) throws(ValidationError) {
        guard let values else { return }
        let parameter = "ExpressionAttributeValues"
        if values.isEmpty { throw ValidationError(parameter + " must not be empty") }
        entries = values.entries
        for entry in entries {
            try checkPlaceholder(entry.name, sign: UInt8(ascii: ":"), parameter: parameter)
        }
    }

    /// The value for `key`, marked as used.
    mutating func use(_ key: Text) -> AttributeValue? {
        guard let position = entries.firstPosition(of: key, by: \.name) else { return nil }
        used.insert(position)
        return entries[position].value
    }

    func requireAllUsed() throws(ValidationError) {
        try rejectUnused(
            entries.map(\.name), used: used, parameter: "ExpressionAttributeValues")
    }
}

extension Array {
    /// The position of `key` among elements that ascend by `member`.
    fileprivate func firstPosition(of key: Text, by member: (Element) -> Text) -> Int? {
        var (low, high) = (0, count)
        // Few are found faster by equality, which looks at lengths first.
        if high <= 8 {
            while low < high {
                if member(self[low]) == key { return low }
                low += 1
            }
            return nil
        }
        while low < high {
            let middle = (low + high) / 2
            if member(self[middle]) < key { low = middle + 1 } else { high = middle }
        }
        return low < count && member(self[low]) == key ? low : nil
    }
}

/// Checks the form of a placeholder: its sign, then letters, digits and underscores.
private func checkPlaceholder(
    _ key: Text, sign: UInt8, parameter: String
) throws(ValidationError) {
    if key.utf8Count > 255 {
        throw ValidationError(
            parameter + " contains invalid key: The expression attribute map contains a key that "
                + "is too long; size of key: \(key.utf8Count)")
    }
    let isWellFormed = key.withUTF8 { bytes in
        bytes.count > 1 && bytes[0] == sign && bytes.dropFirst().allSatisfy(Lexer.isWord)
    }
    if !isWellFormed {
        throw ValidationError(
            parameter + " contains invalid key: Syntax error; key: \"\(key)\"")
    }
}

private func rejectUnused(
    _ keys: [Text], used: PlaceholderUse, parameter: String
) throws(ValidationError) {
    let unused = keys.indices.lazy.filter { !used.contains($0) }.map { keys[$0] }
    guard !unused.isEmpty else { return }
    let list = inServiceOrder(Array(unused), outOf: keys.count).map(\.string)
    throw ValidationError(
        "Value provided in \(parameter) unused in expressions: keys: {"
            + list.joined(separator: ", ") + "}")
}

/// Orders keys as the service lists them: by their place in a hash table made for `total` keys.
/// The hash is 31-based over UTF-16 units, its halves mixed; keys are ASCII here.
private func inServiceOrder(_ keys: [Text], outOf total: Int) -> [Text] {
    var capacity: UInt32 = 16
    while Int(capacity) * 3 < (total + 1) * 4 { capacity *= 2 }
    func slot(_ key: Text) -> UInt32 {
        let hash = key.withUTF8 { bytes in
            bytes.reduce(UInt32(0)) { $0 &* 31 &+ UInt32($1) }
        }
        return (hash ^ hash >> 16) & (capacity - 1)
    }
    return keys.map { (slot($0), $0) }.sorted { $0 < $1 }.map(\.1)
}
