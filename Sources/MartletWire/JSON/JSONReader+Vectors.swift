// A vector to search for: a list of numbers as attribute values, `[{"N":"0.25"}, …]`. It is hundreds
// of elements long and read on the thread that answers, so elements in the usual form are read in
// one pass, without making attribute values or decimal numbers.

internal import Glibc
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

    /// - Parameter element: nil for one that is not sound.
    @inline(__always)
    mutating func append(_ element: Float?) {
        if isSound, let element { elements.append(element) }
        count += 1
    }
}

extension JSONReader {
    /// Continues a list of attribute values that was opened by the caller.
    mutating func readVector(_ progress: Progress) throws(WireError) -> DecodedVector {
        var progress = progress
        var vector = DecodedVector()
        vector.elements.reserveCapacity(1024)
        while try nextElement(&progress) {
            if !readPlainElements(&vector) { vector.append(try readAnyElement()) }
        }
        return vector
    }

    /// Reads elements of the forms that clients send, `{"N":"0.25"},` or `{"N": "0.25"}, `, as many
    /// as come one behind the other; false, having read nothing, if there is something else.
    @inline(__always)
    private mutating func readPlainElements(_ vector: inout DecodedVector) -> Bool {
        var next = position
        guard count - next > 8, base[next] == UInt8(ascii: "{"),
            base[next + 1] == UInt8(ascii: "\""), base[next + 2] == UInt8(ascii: "N"),
            base[next + 3] == UInt8(ascii: "\""), base[next + 4] == UInt8(ascii: ":")
        else { return false }
        next += base[next + 5] == UInt8(ascii: " ") ? 6 : 5
        guard base[next] == UInt8(ascii: "\"") else { return false }
        next += 1
        var hasRead = false
        while let numeral = FloatNumeral(
            startOf: UnsafeBufferPointer(start: base + next, count: count - next))
        {
            next += numeral.count
            guard count - next > 1, base[next] == UInt8(ascii: "\""),
                base[next + 1] == UInt8(ascii: "}")
            else { break }
            vector.append(numeral.value)
            hasRead = true
            position = next + 2
            if follows(#"},{"N":""#, at: next + 1) {
                next += 9
            } else if follows(#"}, {"N": ""#, at: next + 1) {
                next += 11
            } else {
                break
            }
        }
        return hasRead
    }

    @inline(__always)
    private func follows(_ text: StaticString, at place: Int) -> Bool {
        count - place >= text.utf8CodeUnitCount
            && memcmp(base + place, text.utf8Start, text.utf8CodeUnitCount) == 0
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
