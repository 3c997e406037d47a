// A vector to search for: a list of numbers as attribute values, `[{"N":"0.25"}, …]`. It is hundreds
// of elements long and read on the thread that answers, so elements in the usual form are read in
// one pass, without making attribute values or decimal numbers.

internal import MartletEncoding
internal import MartletModel

/// A vector as a request has it.
struct DecodedVector {
    /// The elements up to the first that is no 32-bit number.
    var elements: [Float] = []
    /// All elements, sound or not.
    var count = 0

    /// Whether every element is a number within the range of 32-bit floating point.
    var isSound: Bool { elements.count == count }
}

extension JSONReader {
    /// Continues a list of attribute values that was opened by the caller.
    mutating func readVector(_ progress: Progress) throws(WireError) -> DecodedVector {
        var progress = progress
        var vector = DecodedVector()
        vector.elements.reserveCapacity(1024)
        while try nextElement(&progress) {
            var element = readPlainElement()
            if element == nil { element = try readAnyElement() }
            if vector.isSound, let element { vector.elements.append(element) }
            vector.count += 1
        }
        return vector
    }

    /// Reads an element of the form that clients send, `{"N":"0.25"}` with or without a blank after
    /// the colon; nil, having read nothing, if there is something else.
    @inline(__always)
    private mutating func readPlainElement() -> Float? {
        var next = position
        guard count - next > 8, base[next] == UInt8(ascii: "{"),
            base[next + 1] == UInt8(ascii: "\""), base[next + 2] == UInt8(ascii: "N"),
            base[next + 3] == UInt8(ascii: "\""), base[next + 4] == UInt8(ascii: ":")
        else { return nil }
        next += base[next + 5] == UInt8(ascii: " ") ? 6 : 5
        guard base[next] == UInt8(ascii: "\"") else { return nil }
        next += 1
        guard
            let numeral = FloatNumeral(
                startOf: UnsafeBufferPointer(start: base + next, count: count - next))
        else { return nil }
        next += numeral.count
        guard count - next > 1, base[next] == UInt8(ascii: "\""),
            base[next + 1] == UInt8(ascii: "}")
        else { return nil }
        position = next + 2
        return numeral.value
    }

    /// Reads any attribute value; nil unless it is a number that a float can be near to.
    @inline(never)
    private mutating func readAnyElement() throws(WireError) -> Float? {
        valueProblem = nil
        let value = try readAttributeValue(level: 0)
        let isSound = valueProblem == nil
        valueProblem = nil
        guard isSound, case .number(let number) = value else { return nil }
        let element = number.nearestFloat
        return element.isFinite ? element + 0 : nil  // which takes the sign from a zero
    }
}
