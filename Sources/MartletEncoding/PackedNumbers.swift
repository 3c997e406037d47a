// The elements of a packed list, in a record. See `PackedForm.swift`.

internal import MartletModel

/// A packed list's numbers; they point into the record.
package struct PackedNumbers {
    private let base: UnsafeRawPointer
    private let tag: ItemRecord.ValueTag
    package let count: Int
    /// The list's size as DynamoDB counts it.
    let sizeBytes: Int

    /// Reads what follows the tag of a packed list.
    init(_ tag: ItemRecord.ValueTag, from cursor: inout RecordCursor) {
        self.tag = tag
        let width = tag == .doubles ? 8 : 4
        let count = cursor.count()
        let size = cursor.count()
        base = UnsafeRawPointer(cursor.position)
        self.count = min(count, cursor.remaining / width)
        cursor.position += self.count * width
        // A forged size stays one that some list of so many numbers could have.
        sizeBytes = min(size, 3 + self.count * 16)
    }

    package subscript(position: Int) -> DecimalDigits {
        switch tag {
        case .floats: FloatForm.number(of: bits(at: position))
        case .widenedFloats: WidenedFloatForm.number(of: bits(at: position))
        default: DoubleForm.number(of: bits(at: position))
        }
    }

    @inline(__always)
    private func bits<Bits: FixedWidthInteger>(at position: Int) -> Bits {
        precondition(position >= 0 && position < count)
        return Bits(
            littleEndian: base.loadUnaligned(
                fromByteOffset: position * MemoryLayout<Bits>.size, as: Bits.self))
    }

    var values: [AttributeValue] {
        var values: [AttributeValue] = []
        values.reserveCapacity(count)
        for position in 0..<count { values.append(.number(self[position].number)) }
        return values
    }

    private static let normal =
        Double(Float.leastNormalMagnitude)...Double(Float.greatestFiniteMagnitude)

    /// Writes the nearest `Float` of every number; `floats` has as many elements.
    /// - Returns: false if one is beyond the range of `Float`.
    func copy(to floats: UnsafeMutableBufferPointer<Float>) -> Bool {
        guard tag == .doubles else {
            for position in 0..<count {
                let value = Float(bitPattern: bits(at: position))
                // Only a forged record has infinities and the like; as numbers they are zero.
                floats.initializeElement(at: position, to: value.isFinite ? value : 0)
            }
            return true
        }
        for position in 0..<count {
            let bits: UInt64 = bits(at: position)
            let double = Double(bitPattern: bits)
            // The decimal is rounded twice here. That goes wrong where the first rounding came to
            // lie in the middle of two floats, and among the least ones, which have fewer bits.
            let isExact =
                bits & 0x1FFF_FFFF != 0x1000_0000 && Self.normal.contains(double.magnitude)
            let float = isExact ? Float(double) : self[position].nearestFloat
            guard float.isFinite else { return false }
            floats.initializeElement(at: position, to: float)
        }
        return true
    }
}
