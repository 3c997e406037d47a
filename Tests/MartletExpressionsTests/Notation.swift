// A short way to write values in tables:
//
//   "text"   12.5   true   null   x'01ff'   [1, "a"]   {a: 1, "b.c": 2}   <"a", "b">   <1, 2>
//
// Sets are written between < and >. The writer gives the same notation, names ascending.

import MartletModel

struct NotationError: Error { var text: String }

struct NotationReader {
    private var rest: Substring

    static func value(_ text: String) throws -> AttributeValue {
        var reader = NotationReader(rest: text[...])
        let value = try reader.value()
        reader.skipSpaces()
        guard reader.rest.isEmpty else { throw NotationError(text: text) }
        return value
    }

    static func map(_ text: String) throws -> AttributeMap {
        guard case .map(let map) = try value(text) else { throw NotationError(text: text) }
        return map
    }

    private mutating func value() throws -> AttributeValue {
        skipSpaces()
        switch rest.first {
        case "\"": return .string(Text(try quoted("\"")))
        case "x": return .binary(try hex())
        case "[": return .list(try members("[", "]"))
        case "<": return try set()
        case "{": return .map(try entries())
        default:
            let word = String(rest.prefix { !",]}> ".contains($0) })
            rest = rest.dropFirst(word.count)
            switch word {
            case "true": return .bool(true)
            case "false": return .bool(false)
            case "null": return .null
            default: return .number(try DecimalNumber(parsing: word))
            }
        }
    }

    private mutating func quoted(_ quote: Character) throws -> String {
        rest = rest.dropFirst()
        guard let end = rest.firstIndex(of: quote) else { throw NotationError(text: "quote") }
        defer { rest = rest[end...].dropFirst() }
        return String(rest[..<end])
    }

    private mutating func hex() throws -> [UInt8] {
        rest = rest.dropFirst()
        let digits = Array(try quoted("'"))
        return stride(from: 0, to: digits.count, by: 2).map {
            UInt8(String(digits[$0..<$0 + 2]), radix: 16)!
        }
    }

    private mutating func members(_ open: Character, _ close: Character) throws -> [AttributeValue]
    {
        rest = rest.dropFirst()
        var members: [AttributeValue] = []
        while true {
            skipSpaces()
            if rest.first == close {
                rest = rest.dropFirst()
                return members
            }
            members.append(try value())
            skipSpaces()
            if rest.first == "," { rest = rest.dropFirst() }
        }
    }

    private mutating func set() throws -> AttributeValue {
        let members = try members("<", ">")
        switch members.first {
        case .string:
            return .stringSet(
                SortedSet(
                    distinct: members.map {
                        guard case .string(let text) = $0 else { fatalError() }
                        return text
                    })!)
        case .number:
            return .numberSet(
                SortedSet(
                    distinct: members.map {
                        guard case .number(let number) = $0 else { fatalError() }
                        return number
                    })!)
        default:
            return .binarySet(
                SortedSet(
                    distinct: members.map {
                        guard case .binary(let bytes) = $0 else { fatalError() }
                        return Binary(bytes)
                    })!)
        }
    }

    private mutating func entries() throws -> AttributeMap {
        rest = rest.dropFirst()
        var map = AttributeMap()
        while true {
            skipSpaces()
            if rest.first == "}" {
                rest = rest.dropFirst()
                return map
            }
            let name: String
            if rest.first == "\"" {
                name = try quoted("\"")
            } else {
                name = String(rest.prefix { $0 != ":" })
                rest = rest.dropFirst(name.count)
            }
            skipSpaces()
            guard rest.first == ":" else { throw NotationError(text: "map") }
            rest = rest.dropFirst()
            map[Text(name)] = try value()
            skipSpaces()
            if rest.first == "," { rest = rest.dropFirst() }
        }
    }

    private mutating func skipSpaces() { rest = rest.drop { $0 == " " } }
}

extension AttributeValue {
    var notation: String {
        switch self {
        case .string(let text): return "\"\(text)\""
        case .number(let number): return number.description
        case .binary(let bytes): return Self.hex(bytes)
        case .bool(let flag): return String(flag)
        case .null: return "null"
        case .stringSet(let set): return Self.set(set.elements.map { "\"\($0)\"" })
        case .numberSet(let set): return Self.set(set.elements.map(\.description))
        case .binarySet(let set): return Self.set(set.elements.map { Self.hex($0.bytes) })
        case .list(let elements): return "[\(elements.map(\.notation).joined(separator: ", "))]"
        case .map(let entries): return entries.notation
        }
    }

    private static func set(_ members: [String]) -> String {
        "<\(members.joined(separator: ", "))>"
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        "x'" + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "'"
    }
}

extension AttributeMap {
    var notation: String {
        let entries = entries.map { entry in
            let name = entry.name.string
            let isPlain = name.utf8.allSatisfy { $0 | 0x20 > 0x60 && $0 | 0x20 < 0x7B }
            return (isPlain ? name : "\"\(name)\"") + ": " + entry.value.notation
        }
        return "{\(entries.joined(separator: ", "))}"
    }
}
