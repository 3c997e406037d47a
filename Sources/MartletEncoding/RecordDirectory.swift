internal import MartletModel

/// The places of a verified record's attributes. Offsets are taken as they are and kept in bounds.
struct RecordDirectory {
    private let bytes: UnsafeRawBufferPointer
    private let isWide: Bool
    let count: Int
    /// Where the checksum begins.
    let end: Int

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        isWide = bytes[1] & 1 != 0
        count = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 6, as: UInt32.self)))
        end = bytes.count - ItemRecord.checksumBytes
    }

    /// Where the attribute begins; the end of the last one for the position after it.
    func offset(at position: Int) -> Int {
        guard position < count else { return end }
        let place = ItemRecord.headerBytes + position * (isWide ? 4 : 2)
        let offset =
            isWide
            ? Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)))
            : Int(UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt16.self)))
        return min(offset, end)
    }

    /// A cursor on the attribute's name.
    func cursor(at position: Int) -> RecordCursor {
        RecordCursor(bytes, from: offset(at: position), to: end)
    }

    /// Finds an attribute by binary search.
    func position(of name: Text) -> Int? {
        name.withUTF8 { name in
            var (low, high) = (0, count)
            while low < high {
                let middle = (low + high) / 2
                var cursor = cursor(at: middle)
                let order = compareBytes(cursor.bytes(), name)
                if order == 0 { return middle }
                if order < 0 { low = middle + 1 } else { high = middle }
            }
            return nil
        }
    }
}
