// Attributes that are encoded by themselves and then joined to a record: a vector straight from
// floats, an attribute of another record as it is there. The record is the one that the item with
// the same attributes would have, byte for byte.

package import MartletModel

/// One encoded attribute: name length, name, value, as in `ItemRecord.swift`.
package struct RecordPart: Sendable {
    package let name: Text
    fileprivate let bytes: ArraySlice<UInt8>
    /// The attribute's share of the item's size.
    package let sizeBytes: Int

    package init(_ name: Text, _ value: AttributeValue) {
        let sizeBytes = name.utf8Count + value.sizeBytes
        let record = ItemRecord([name: value], sizeBytes: sizeBytes).bytes
        let start = record.withUnsafeBytes { RecordDirectory($0).offset(at: 0) }
        self.init(
            name: name, bytes: record[start..<record.count - ItemRecord.checksumBytes],
            sizeBytes: sizeBytes)
    }

    /// A value by itself, as it is in a record: equal values have equal bytes.
    package static func encoded(_ value: AttributeValue) -> ArraySlice<UInt8> {
        // The name is a length of zero.
        RecordPart("", value).bytes.dropFirst()
    }

    /// The value of bytes that `encoded` gave.
    package static func value(_ bytes: UnsafeRawBufferPointer) -> AttributeValue {
        var cursor = RecordCursor(bytes, from: 0, to: bytes.count)
        return cursor.value()
    }

    /// A list of numbers: the shortest decimals of floats. No number is made on the way.
    ///
    /// - Parameter floats: all finite.
    /// - Complexity: O(count), some 10 ns each; one allocation.
    package init(_ name: Text, floats: UnsafeBufferPointer<Float>) {
        var sizeBytes = 3 + floats.count
        var textBytes = 0
        for float in floats {
            let digits = DecimalDigits(shortest: float)
            sizeBytes += digits.sizeBytes
            textBytes += 1 + RecordWriter.blockBytes(digits.textCount)
        }
        let packedBytes = 4 * floats.count
        guard floats.count >= PackedLists.minimumCount,
            RecordWriter.varintBytes(sizeBytes) + packedBytes < textBytes
        else {
            self.init(name, .list(floats.map { .number(DecimalDigits(shortest: $0).number) }))
            return
        }
        let length =
            RecordWriter.blockBytes(name.utf8Count) + 1
            + RecordWriter.varintBytes(floats.count) + RecordWriter.varintBytes(sizeBytes)
            + packedBytes
        var bytes: [UInt8] = []
        bytes.reserveCapacity(length)
        bytes.appendVarint(name.utf8Count)
        name.withUTF8 { bytes.append(contentsOf: $0) }
        bytes.append(FloatForm.tag.rawValue)
        bytes.appendVarint(floats.count)
        bytes.appendVarint(sizeBytes)
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: floats.count) { packed in
            for position in 0..<floats.count {
                let float = floats[position]
                // A zero has no sign.
                packed[position] = (float == 0 ? 0 : float.bitPattern).littleEndian
            }
            bytes.append(contentsOf: UnsafeRawBufferPointer(packed))
        }
        self.init(name: name, bytes: bytes[...], sizeBytes: name.utf8Count + sizeBytes)
    }

    /// The attributes of a record but for some, as they are there.
    package static func parts(
        of record: ItemRecord, without left: (Text) -> Bool
    ) -> [RecordPart] {
        record.bytes.withUnsafeBytes { bytes in
            let directory = RecordDirectory(bytes)
            var parts: [RecordPart] = []
            for position in 0..<directory.count {
                var cursor = directory.cursor(at: position)
                let name = Text(String(decoding: cursor.bytes(), as: UTF8.self))
                if left(name) { continue }
                let start = directory.offset(at: position)
                let end = max(start, directory.offset(at: position + 1))
                parts.append(
                    RecordPart(
                        name: name, bytes: record.bytes[start..<end],
                        sizeBytes: name.utf8Count + cursor.skippedSizeBytes()))
            }
            return parts
        }
    }

    private init(name: Text, bytes: ArraySlice<UInt8>, sizeBytes: Int) {
        self.name = name
        self.bytes = bytes
        self.sizeBytes = sizeBytes
    }
}

extension ItemRecord {
    /// Joins attributes to a record.
    ///
    /// - Precondition: no name is there twice.
    package init(joining parts: [RecordPart]) {
        let ordered = parts.sorted { $0.name < $1.name }
        self.init(
            trusting: RecordWriter.record(
                joining: ordered.map(\.bytes),
                sizeBytes: ordered.reduce(0) { $0 + $1.sizeBytes }))
    }
}

extension DecimalDigits {
    /// Length of the canonical text.
    fileprivate var textCount: Int {
        let count = count
        guard count > 0 else { return 1 }
        let sign = isNegative ? 1 : 0
        let whole = count + exponent
        if whole <= 0 { return sign + 2 - whole + count }
        return sign + (exponent >= 0 ? whole : count + 1)
    }
}
