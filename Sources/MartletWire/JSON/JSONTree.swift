// A JSON text as values, for the rare text that is looked at as a whole and is small: a policy, a table.
// Members keep their order; the last of several of one name counts, in the place of the first. What
// nests deeper than `depthLimit` is no tree: it is taken apart by recursion, on small stacks.

internal import MartletModel

package indirect enum JSONTree: Sendable {
    case null
    case bool(Bool)
    /// As it was written.
    case number(String)
    case string(String)
    case array([JSONTree])
    case object([(name: String, value: JSONTree)])

    static let depthLimit = 32

    private init(from reader: inout JSONReader, depth: Int) throws(WireError) {
        guard depth < Self.depthLimit else { throw .malformed }
        let kind = try reader.peek()
        switch kind {
        case .string: self = .string(try reader.readString().string)
        case .number:
            self = .number(String(decoding: try reader.readNumber().bytes, as: UTF8.self))
        case .true, .false, .null:
            try reader.readLiteral(kind)
            self = kind == .null ? .null : .bool(kind == .true)
        case .array:
            var elements: [JSONTree] = []
            var progress = try reader.beginArray()
            while try reader.nextElement(&progress) {
                elements.append(try JSONTree(from: &reader, depth: depth + 1))
            }
            self = .array(elements)
        case .object:
            var members: [(name: String, value: JSONTree)] = []
            var progress = try reader.beginObject()
            while let name = try reader.nextMember(&progress)?.string {
                let value = try JSONTree(from: &reader, depth: depth + 1)
                if let place = members.firstIndex(where: { $0.name == name }) {
                    members[place].value = value
                } else {
                    members.append((name, value))
                }
            }
            self = .object(members)
        }
    }

    /// nil when the text is no JSON, or nests too deep.
    package init?(_ text: String) {
        var text = text
        guard let tree = text.withUTF8({ JSONTree($0) }) else { return nil }
        self = tree
    }

    package init?(_ bytes: UnsafeBufferPointer<UInt8>) {
        var reader = JSONReader(bytes)
        do throws(WireError) {
            self = try JSONTree(from: &reader, depth: 0)
            try reader.finish()
        } catch {
            return nil
        }
    }

    /// The value of an object's member; nil for anything but an object that has it.
    package subscript(name: String) -> JSONTree? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// The elements of an array; none for anything else.
    package var elements: [JSONTree] {
        if case .array(let elements) = self { elements } else { [] }
    }

    package var integer: Int? { if case .number(let text) = self { Int(text) } else { nil } }

    package var string: String? { if case .string(let text) = self { text } else { nil } }

    /// Writes the value without white space.
    package func write(to writer: inout JSONWriter) {
        switch self {
        case .null: writer.null()
        case .bool(let value): writer.bool(value)
        case .number(let text): writer.numeral(text)
        case .string(let text): writer.string(text)
        case .array(let elements):
            writer.beginArray()
            for element in elements { element.write(to: &writer) }
            writer.endArray()
        case .object(let members):
            writer.beginObject()
            for (name, value) in members {
                writer.entry(Text(name))
                value.write(to: &writer)
            }
            writer.endObject()
        }
    }
}
