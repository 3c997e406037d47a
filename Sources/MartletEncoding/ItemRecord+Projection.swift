package import MartletModel

extension ItemRecord {
    /// The record of some of this record's attributes.
    ///
    /// - Parameter choose: calls its argument with each name that is wanted, in any order; a name
    ///   that is not there, or was given before, changes nothing.
    /// - Complexity: O(names × log attributes + size of the result); attributes are copied, not
    ///   decoded.
    package func projected(_ choose: (_ select: (Text) -> Void) -> Void) -> ItemRecord {
        bytes.withUnsafeBytes { bytes in
            let directory = RecordDirectory(bytes)
            var positions: [Int] = []
            positions.reserveCapacity(min(directory.count, 16))
            choose { name in
                if let position = directory.position(of: name), !positions.contains(position) {
                    positions.append(position)
                }
            }
            positions.sort()
            return Self.record(of: positions, in: directory, bytes)
        }
    }

    /// The record without one attribute.
    /// - Complexity: O(size of the result); attributes are copied, not decoded.
    package func removing(_ name: Text) -> ItemRecord {
        bytes.withUnsafeBytes { bytes in
            let directory = RecordDirectory(bytes)
            guard let removed = directory.position(of: name) else { return self }
            let positions = (0..<directory.count).filter { $0 != removed }
            return Self.record(of: positions, in: directory, bytes)
        }
    }

    /// The record of the attributes at these places, which ascend.
    private static func record(
        of positions: [Int], in directory: RecordDirectory, _ bytes: UnsafeRawBufferPointer
    ) -> ItemRecord {
        var kept: [Range<Int>] = []
        kept.reserveCapacity(positions.count)
        var copied = 0
        var sizeBytes = 0
        for position in positions {
            var cursor = directory.cursor(at: position)
            sizeBytes += cursor.bytes().count + cursor.skippedSizeBytes()
            // Only a forged record has attributes out of order; its copy is as empty as may be.
            let start = directory.offset(at: position)
            let range = start..<max(start, directory.offset(at: position + 1))
            kept.append(range)
            copied += range.count
        }
        return ItemRecord(
            trusting: RecordWriter.record(
                copying: kept, from: bytes, attributeBytes: copied, sizeBytes: sizeBytes))
    }
}
