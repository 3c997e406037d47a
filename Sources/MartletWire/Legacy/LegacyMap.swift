// Expected, AttributeUpdates, the filters and KeyConditions are maps from attributes to structures.
// Entries keep the order of the request, since the first that is wrong is told; an entry that is
// null is left out, and of several with one name the last counts.

internal import MartletCatalog
internal import MartletExpressions
internal import MartletModel

/// A structure in such a map.
protocol LegacyMember {
    /// The structure's name in the service's model.
    static var modelName: StaticString { get }

    init()

    /// Reads a member of the structure; false for an unknown one, which is then unread.
    mutating func read(_ name: JSONString, from reader: inout JSONReader) throws(WireError) -> Bool

    func check(at path: String, _ checks: inout MemberChecks)
}

struct LegacyMap<Member: LegacyMember> {
    private(set) var entries: [(attribute: Text, member: Member)] = []

    /// Replaces what was read before; false for null.
    mutating func read(from reader: inout JSONReader) throws(WireError) -> Bool {
        entries = []
        let valueClass = JSONReader.modelClass(Member.modelName)
        guard var progress = try reader.beginMap(of: valueClass) else { return false }
        var places: [Text: Int] = [:]
        while let name = try reader.nextMember(&progress) {
            let attribute = name.text
            guard let member = try Self.readMember(from: &reader) else { continue }
            if let place = places[attribute] {
                entries[place].member = member
            } else {
                places[attribute] = entries.count
                entries.append((attribute, member))
            }
        }
        return true
    }

    private static func readMember(from reader: inout JSONReader) throws(WireError) -> Member? {
        guard var progress = try reader.beginStructure(Member.modelName, isEntry: true) else {
            return nil
        }
        var member = Member()
        while let name = try reader.nextMember(&progress) {
            if try !member.read(name, from: &reader) { try reader.skipValue() }
        }
        return member
    }

    func check(at path: String, _ checks: inout MemberChecks) {
        for entry in entries {
            entry.member.check(at: "\(path).\(entry.attribute).member", &checks)
        }
    }
}

/// A value, and the first thing wrong with it.
struct DecodedValue {
    var value: AttributeValue
    var problem: ValueProblem?
}

extension JSONReader {
    /// A member that is one value; nil for null.
    mutating func readOptionalValue() throws(WireError) -> DecodedValue? {
        guard try peek() == .object else {
            // Null, or a failure in the words for a member.
            _ = try beginStructure("AttributeValue")
            return nil
        }
        return try readDecodedValue()
    }

    /// A list of values; nil for null.
    mutating func readOptionalValues() throws(WireError) -> [DecodedValue]? {
        guard var progress = try beginList() else { return nil }
        var values: [DecodedValue] = []
        while try nextElement(&progress) { values.append(try readDecodedValue()) }
        return values
    }

    private mutating func readDecodedValue() throws(WireError) -> DecodedValue {
        valueProblem = nil
        let value = try readAttributeValue(level: 0)
        let problem = valueProblem
        valueProblem = nil
        return DecodedValue(value: value, problem: problem)
    }
}
