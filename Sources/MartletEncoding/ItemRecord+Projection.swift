internal import MartletModel

extension ItemRecord {
    /// The record of those attributes that `keeps` chooses by their names' bytes.
    ///
    /// - Complexity: O(size of the record); attributes are copied, not decoded.
    package func projected(
        keeping keeps: (_ name: UnsafeBufferPointer<UInt8>) -> Bool
    ) -> ItemRecord {
        bytes.withUnsafeBytes { bytes in
            let directory = RecordDirectory(bytes)
            var kept: [Range<Int>] = []
            kept.reserveCapacity(directory.count)
            var copied = 0
            var sizeBytes = 0
            for position in 0..<directory.count {
                var cursor = directory.cursor(at: position)
                let name = cursor.bytes()
                guard keeps(name) else { continue }
                sizeBytes += name.count + cursor.skippedSizeBytes()
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
}
