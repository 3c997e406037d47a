package import MartletModel

extension ItemRecord {
    /// A list of numbers as a vector, read without making values of its elements.
    ///
    /// - Returns: the nearest `Float`s, and what the list takes of the item's size; nil unless the
    ///   attribute is a list of exactly `dimensions` numbers that are all in a `Float`'s range.
    /// - Complexity: O(log attributes + dimensions); one allocation. Packed floats are copied.
    package func vector(
        named name: Text, dimensions: Int
    ) -> (elements: [Float], sizeBytes: Int)? {
        withCursor(atValueOf: name) { $0.vector(dimensions: dimensions) } ?? nil
    }

    /// The vector's elements alone.
    package func floats(named name: Text, count: Int) -> [Float]? {
        vector(named: name, dimensions: count)?.elements
    }
}

extension RecordCursor {
    /// Reads a value as a vector: see `ItemRecord.vector(named:dimensions:)`. After nil, the cursor
    /// is somewhere in the value.
    package mutating func vector(dimensions: Int) -> (elements: [Float], sizeBytes: Int)? {
        // An element takes a byte at least; so a huge number of dimensions makes no room.
        guard dimensions >= 0, dimensions <= remaining else { return nil }
        var sizeBytes: Int?
        let elements = [Float](unsafeUninitializedCapacity: dimensions) { elements, count in
            sizeBytes = readVector(into: elements, dimensions: dimensions)
            count = sizeBytes == nil ? 0 : dimensions
        }
        return sizeBytes.map { (elements, $0) }
    }

    /// - Returns: the list's size as DynamoDB counts it; nil when it is no such vector.
    private mutating func readVector(
        into elements: UnsafeMutableBufferPointer<Float>, dimensions: Int
    ) -> Int? {
        let numbers: PackedNumbers
        switch tag() {
        case .floats: numbers = packedNumbers(.floats)
        case .widenedFloats: numbers = packedNumbers(.widenedFloats)
        case .doubles: numbers = packedNumbers(.doubles)
        case .list: return readWrittenVector(into: elements, dimensions: dimensions)
        default: return nil
        }
        guard numbers.count == dimensions, numbers.copy(to: elements) else { return nil }
        return numbers.sizeBytes
    }

    private mutating func readWrittenVector(
        into elements: UnsafeMutableBufferPointer<Float>, dimensions: Int
    ) -> Int? {
        guard count() == dimensions else { return nil }
        var sizeBytes = 3 + dimensions
        for position in 0..<dimensions {
            guard tag() == .number else { return nil }
            let text = bytes()
            sizeBytes += DecimalNumber.sizeBytes(canonical: text)
            // A forged record may hold any text here; its number is zero.
            let element =
                DecimalNumber.isCanonical(text) ? DecimalNumber.nearestFloat(canonical: text) : 0
            guard element.isFinite else { return nil }
            elements.initializeElement(at: position, to: element)
        }
        return sizeBytes
    }
}
