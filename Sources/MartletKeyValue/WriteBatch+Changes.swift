// Walking a batch, for stores written in Swift.

extension WriteBatch {
    /// One change, lent for the length of a call.
    package enum Change {
        case put(key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer)
        case delete(key: UnsafeRawBufferPointer)
        case deleteRange(lower: UnsafeRawBufferPointer, upper: UnsafeRawBufferPointer?)
    }

    /// Gives the changes to `body`, in order.
    package borrowing func forEachChange(_ body: (Change) -> Void) {
        withRecords { records in
            var offset = 0
            func take(_ count: Int) -> UnsafeRawBufferPointer {
                defer { offset += count }
                return UnsafeRawBufferPointer(rebasing: records[offset..<offset + count])
            }
            while offset < records.count {
                // Only this type writes records, so a bad one is a bug and traps.
                let kind = Kind(rawValue: records[offset])!
                let keyLength = UInt32(
                    littleEndian: records.loadUnaligned(fromByteOffset: offset + 1, as: UInt32.self)
                )
                let valueLength = UInt32(
                    littleEndian: records.loadUnaligned(fromByteOffset: offset + 5, as: UInt32.self)
                )
                offset += Self.headerByteCount
                let key = take(Int(keyLength))
                switch kind {
                case .put: body(.put(key: key, value: take(Int(valueLength))))
                case .delete: body(.delete(key: key))
                case .deleteRange:
                    let upper = valueLength == Self.noUpperBound ? nil : take(Int(valueLength))
                    body(.deleteRange(lower: key, upper: upper))
                }
            }
        }
    }

    /// Gives the deleted ranges to `body`, in order.
    package borrowing func forEachDeletedRange(_ body: (KeyRange) -> Void) {
        forEachChange { change in
            if case .deleteRange(let lower, let upper) = change {
                body(KeyRange(lower: Array(lower), upper: upper.map { Array($0) }))
            }
        }
    }
}
