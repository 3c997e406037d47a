// Which of an item's lists are stored packed, and their bytes. A record's length is counted before
// it is written: the counting pass packs lists into here, the writing pass takes them out in the
// same order. An item without a list of eight elements costs no allocation.

internal import MartletModel

struct PackedLists {
    /// Shorter lists are stored as they are written.
    static let minimumCount = 8

    /// The values: tag, count, size, elements, one after the other.
    private var bytes: [UInt8] = []
    /// For each list that is long enough, how many of the bytes are its; 0 if it was not packed.
    private var lengths: [Int] = []
    private var takenLists = 0
    private var takenBytes = 0

    var isEmpty: Bool { bytes.isEmpty }

    /// Packs a list, or notes that it is not packed.
    /// - Returns: the value's length; nil if the list is to be written as it is.
    mutating func add(_ elements: UnsafeBufferPointer<AttributeValue>) -> Int? {
        guard elements.count >= Self.minimumCount else { return nil }
        let start = bytes.count
        if case .number = elements[0] {
            // A list of numbers fails at the first that does not fit, most often the first of all.
            _ =
                pack(elements, as: FloatForm.self) || pack(elements, as: WidenedFloatForm.self)
                || pack(elements, as: DoubleForm.self)
        }
        lengths.append(bytes.count - start)
        return bytes.count > start ? bytes.count - start : nil
    }

    /// Calls `body` with the next list's bytes.
    /// - Returns: whether the list was packed.
    mutating func takeNext(_ body: (UnsafeBufferPointer<UInt8>) -> Void) -> Bool {
        let length = lengths[takenLists]
        takenLists += 1
        guard length > 0 else { return false }
        bytes.withUnsafeBufferPointer { bytes in
            body(UnsafeBufferPointer(rebasing: bytes[takenBytes..<takenBytes + length]))
        }
        takenBytes += length
        return true
    }

    private mutating func pack<Form: PackedForm>(
        _ elements: UnsafeBufferPointer<AttributeValue>, as form: Form.Type
    ) -> Bool {
        withUnsafeTemporaryAllocation(of: Form.Bits.self, capacity: elements.count) { packed in
            var sizeBytes = 3 + elements.count
            var textBytes = 0
            for position in 0..<elements.count {
                guard case .number(let number) = elements[position] else { return false }
                let digits = number.withUTF8 { text in
                    textBytes += 1 + RecordWriter.blockBytes(text.count)
                    return DecimalDigits(canonical: text)
                }
                guard let digits, let bits = Form.bits(of: digits) else { return false }
                sizeBytes += digits.sizeBytes
                packed.initializeElement(at: position, to: bits.littleEndian)
            }
            let packedBytes = UnsafeRawBufferPointer(packed)
            guard RecordWriter.varintBytes(sizeBytes) + packedBytes.count < textBytes else {
                return false
            }
            bytes.reserveCapacity(bytes.count + 11 + packedBytes.count)
            bytes.append(Form.tag.rawValue)
            bytes.appendVarint(elements.count)
            bytes.appendVarint(sizeBytes)
            bytes.append(contentsOf: packedBytes)
            return true
        }
    }
}
