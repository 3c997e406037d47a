// A column of somebody else's Arrow array, as far as ids, vectors and metadata can be of its type.
// Format strings and layouts: https://arrow.apache.org/docs/format/CDataInterface.html. The memory is
// the array's, whose maker vouches for lengths and offsets; a type that is not known is an error.

internal import CMartletAPI
internal import Martlet

struct ArrowColumn {
    enum Kind {
        case null, boolean, text, largeText, textView
        case int8, uint8, int16, uint16, int32, uint32, int64, uint64
        case float16, float32, float64
        case list, largeList, structure
        case fixedList(Int)
    }

    let name: String
    let kind: Kind
    let count: Int
    let children: [ArrowColumn]
    /// What the column's own numbers are places in.
    private let dictionary: [ArrowColumn]
    private let array: UnsafePointer<ArrowArray>
    private let offset: Int

    /// - Throws: `invalidArgument` for a type that no part of a row can have.
    init(
        _ schema: UnsafePointer<ArrowSchema>, _ array: UnsafePointer<ArrowArray>
    ) throws(VectorDatabaseError) {
        name = schema.pointee.name.map { String(cString: $0) } ?? ""
        let format = String(cString: schema.pointee.format)
        guard let kind = Kind(format) else {
            throw .invalidArgument("Arrow's type \"\(format)\" of \"\(name)\" cannot be imported")
        }
        self.kind = kind
        self.array = array
        count = Int(array.pointee.length)
        offset = Int(array.pointee.offset)
        var children: [ArrowColumn] = []
        guard schema.pointee.n_children == array.pointee.n_children else {
            throw .invalidArgument("An array of Arrow is not as its schema says")
        }
        for place in 0..<Int(schema.pointee.n_children) {
            children.append(
                try ArrowColumn(
                    schema.pointee.children[place]!, array.pointee.children[place]!))
        }
        self.children = children
        if let names = schema.pointee.dictionary, let values = array.pointee.dictionary {
            dictionary = [try ArrowColumn(names, values)]
        } else {
            dictionary = []
        }
    }

    private func buffer(_ place: Int) -> UnsafeRawPointer {
        // Of an array without elements there may be no buffer, and nobody asks for its elements.
        array.pointee.buffers[place]!
    }

    func isNull(_ place: Int) -> Bool {
        if case .null = kind { return true }
        guard array.pointee.null_count != 0, array.pointee.n_buffers > 0,
            let bits = array.pointee.buffers[0]
        else {
            return dictionary.first.map { $0.isNull(index(place)) } ?? false
        }
        let bit = offset + place
        if bits.load(fromByteOffset: bit / 8, as: UInt8.self) & 1 << (bit % 8) == 0 { return true }
        return dictionary.first.map { $0.isNull(index(place)) } ?? false
    }

    private func load<Value: BitwiseCopyable>(
        _ place: Int, as type: Value.Type, from buffer: Int = 1
    ) -> Value {
        self.buffer(buffer).loadUnaligned(
            fromByteOffset: (offset + place) * MemoryLayout<Value>.size, as: type)
    }

    /// The element's number, of a column of integers.
    private func index(_ place: Int) -> Int { Int(integer(place) ?? "") ?? 0 }

    /// The column and place that an element stands for.
    func resolved(_ place: Int) -> (column: ArrowColumn, place: Int) {
        guard let dictionary = dictionary.first else { return (self, place) }
        return dictionary.resolved(index(place))
    }

    /// A text; nil for an element of another type.
    func text(_ place: Int) -> UnsafeRawBufferPointer? {
        func slice(_ start: Int, _ end: Int) -> UnsafeRawBufferPointer {
            if start == end { return UnsafeRawBufferPointer(start: nil, count: 0) }
            return UnsafeRawBufferPointer(start: buffer(2) + start, count: end - start)
        }
        switch kind {
        case .text:
            return slice(
                Int(load(place, as: Int32.self)), Int(load(place + 1, as: Int32.self)))
        case .largeText:
            return slice(
                Int(load(place, as: Int64.self)), Int(load(place + 1, as: Int64.self)))
        case .textView:
            // 4 bytes of length; then 12 of text, or 4 of text, the buffer and where in it.
            let view = buffer(1) + (offset + place) * 16
            let count = Int(view.loadUnaligned(as: Int32.self))
            if count <= 12 { return UnsafeRawBufferPointer(start: view + 4, count: count) }
            let source = Int(view.loadUnaligned(fromByteOffset: 8, as: Int32.self))
            let start = Int(view.loadUnaligned(fromByteOffset: 12, as: Int32.self))
            return UnsafeRawBufferPointer(start: buffer(2 + source) + start, count: count)
        default: return nil
        }
    }

    func boolean(_ place: Int) -> Bool {
        let bit = offset + place
        return buffer(1).load(fromByteOffset: bit / 8, as: UInt8.self) & 1 << (bit % 8) != 0
    }

    /// The digits of an integer; nil for an element of another type.
    func integer(_ place: Int) -> String? {
        switch kind {
        case .int8: String(load(place, as: Int8.self))
        case .uint8: String(load(place, as: UInt8.self))
        case .int16: String(load(place, as: Int16.self))
        case .uint16: String(load(place, as: UInt16.self))
        case .int32: String(load(place, as: Int32.self))
        case .uint32: String(load(place, as: UInt32.self))
        case .int64: String(load(place, as: Int64.self))
        case .uint64: String(load(place, as: UInt64.self))
        default: nil
        }
    }

    /// A number as a vector's element; nil for an element of another type.
    func float(_ place: Int) -> Float? {
        switch kind {
        case .float16: Float(load(place, as: Float16.self))
        case .float32: load(place, as: Float.self)
        case .float64: Float(load(place, as: Double.self))
        default: integer(place).flatMap { Float($0) }
        }
    }

    /// The shortest text of a floating-point number; nil for an element of another type.
    func decimal(_ place: Int) -> (text: String, isFinite: Bool)? {
        switch kind {
        case .float16:
            let number = load(place, as: Float16.self)
            return (number.description, number.isFinite)
        case .float32:
            let number = load(place, as: Float.self)
            return (number.description, number.isFinite)
        case .float64:
            let number = load(place, as: Double.self)
            return (number.description, number.isFinite)
        default: return nil
        }
    }

    /// Where the elements of a list are in the column's child; nil for an element of another type.
    func elements(_ place: Int) -> Range<Int>? {
        switch kind {
        case .fixedList(let size): (offset + place) * size..<(offset + place + 1) * size
        case .list: Int(load(place, as: Int32.self))..<Int(load(place + 1, as: Int32.self))
        case .largeList: Int(load(place, as: Int64.self))..<Int(load(place + 1, as: Int64.self))
        default: nil
        }
    }

    /// Where an element of a structure is in its children.
    func member(_ place: Int) -> Int { offset + place }
}

extension ArrowColumn {
    /// Elements of a list of float32 as they lie; nil for a list of others, or with missing ones.
    func floats(_ range: Range<Int>) -> UnsafeBufferPointer<Float>? {
        guard case .float32 = kind, array.pointee.null_count == 0 || array.pointee.buffers[0] == nil
        else { return nil }
        if range.isEmpty { return UnsafeBufferPointer(start: nil, count: 0) }
        let start = buffer(1) + (offset + range.lowerBound) * MemoryLayout<Float>.size
        guard Int(bitPattern: start) % MemoryLayout<Float>.alignment == 0 else { return nil }
        return UnsafeBufferPointer(
            start: start.assumingMemoryBound(to: Float.self), count: range.count)
    }
}

extension ArrowColumn.Kind {
    init?(_ format: String) {
        switch format {
        case "n": self = .null
        case "b": self = .boolean
        case "u": self = .text
        case "U": self = .largeText
        case "vu": self = .textView
        case "c": self = .int8
        case "C": self = .uint8
        case "s": self = .int16
        case "S": self = .uint16
        case "i": self = .int32
        case "I": self = .uint32
        case "l": self = .int64
        case "L": self = .uint64
        case "e": self = .float16
        case "f": self = .float32
        case "g": self = .float64
        case "+l": self = .list
        case "+L": self = .largeList
        case "+s": self = .structure
        default:
            guard format.hasPrefix("+w:"), let size = Int(format.dropFirst(3)), size >= 0 else {
                return nil
            }
            self = .fixedList(size)
        }
    }
}
