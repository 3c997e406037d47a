internal import MartletEncoding
internal import MartletModel

/// Takes a stored map apart, member by member. A member that is missing, of another type or left
/// over makes the record corrupt: whatever it says, this program would not keep it.
struct DefinitionReader {
    private var members: AttributeMap
    private let subject: String

    init(_ members: AttributeMap, _ subject: String) {
        self.members = members
        self.subject = subject
    }

    init(_ value: AttributeValue, _ subject: String) throws(CorruptRecord) {
        guard case .map(let members) = value else { throw CorruptRecord("\(subject): no map") }
        self.init(members, subject)
    }

    private func fault(_ name: Text) -> CorruptRecord {
        CorruptRecord("\(subject): member \(name)")
    }

    mutating func take(_ name: Text) -> AttributeValue? {
        let value = members[name]
        members[name] = nil
        return value
    }

    mutating func text(_ name: Text) throws(CorruptRecord) -> String {
        guard case .string(let text)? = take(name) else { throw fault(name) }
        return text.string
    }

    mutating func optionalText(_ name: Text) throws(CorruptRecord) -> String? {
        members[name] == nil ? nil : try text(name)
    }

    mutating func integer(_ name: Text) throws(CorruptRecord) -> Int {
        guard case .number(let number)? = take(name), let integer = number.integer else {
            throw fault(name)
        }
        return integer
    }

    mutating func optionalInteger(_ name: Text) throws(CorruptRecord) -> Int? {
        members[name] == nil ? nil : try integer(name)
    }

    mutating func id(_ name: Text) throws(CorruptRecord) -> UInt32 {
        guard let id = UInt32(exactly: try integer(name)) else { throw fault(name) }
        return id
    }

    mutating func time(_ name: Text) throws(CorruptRecord) -> Timestamp? {
        switch take(name) {
        case nil: return nil
        case .number(let number)?: return Timestamp(secondsSince1970: number.double)
        default: throw fault(name)
        }
    }

    mutating func flag(_ name: Text) throws(CorruptRecord) -> Bool {
        guard case .bool(let flag)? = take(name) else { throw fault(name) }
        return flag
    }

    mutating func optionalFlag(_ name: Text) throws(CorruptRecord) -> Bool? {
        members[name] == nil ? nil : try flag(name)
    }

    mutating func choice<Choice: RawRepresentable<String>>(
        _ name: Text, _ type: Choice.Type = Choice.self
    ) throws(CorruptRecord) -> Choice {
        guard let choice = Choice(rawValue: try text(name)) else { throw fault(name) }
        return choice
    }

    mutating func optionalChoice<Choice: RawRepresentable<String>>(
        _ name: Text, _ type: Choice.Type = Choice.self
    ) throws(CorruptRecord) -> Choice? {
        members[name] == nil ? nil : try choice(name)
    }

    mutating func list(_ name: Text) throws(CorruptRecord) -> [AttributeValue] {
        guard case .list(let elements)? = take(name) else { throw fault(name) }
        return elements
    }

    mutating func texts(_ name: Text) throws(CorruptRecord) -> [Text] {
        var texts: [Text] = []
        for element in try list(name) {
            guard case .string(let text) = element else { throw fault(name) }
            texts.append(text)
        }
        return texts
    }

    /// Nothing may be left: what this version does not know, it would lose.
    func finish() throws(CorruptRecord) {
        if let entry = members.first { throw fault(entry.name) }
    }
}
