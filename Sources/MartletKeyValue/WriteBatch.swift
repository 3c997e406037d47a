// Changes to be applied together, kept in one flat buffer that a store hands on without rebuilding.
// It lives in memory only; its layout is shared with CRocksDBShim (shim_batch.cpp), not with disks.
//
// Records follow each other without padding; integers little-endian:
//
//   offset  bytes  field
//   0       1      kind: 0 put, 1 delete, 2 delete a range
//   1       4      k, length of the key (of the lower bound)
//   5       4      v, length of the value (of the upper bound; 0xFFFF_FFFF for none; 0 for delete)
//   9       k      key, or lower bound
//   9 + k   v      value, or upper bound
//
// Not thread-safe: a batch is filled by one thread and lent to `commit`.

/// An ordered list of changes; the last one on a key wins.
package struct WriteBatch: ~Copyable, Sendable {
    package enum Kind: UInt8, Sendable {
        case put = 0
        case delete = 1
        case deleteRange = 2
    }

    static let headerByteCount = 9
    static let noUpperBound = UInt32.max

    var buffer: [UInt8] = []

    /// How many changes there are.
    package private(set) var count = 0
    /// Whether a change deletes a range.
    package private(set) var deletesRanges = false

    package init() {}

    /// - Parameter capacityBytes: room for this many bytes of records, so that filling does not
    ///   reallocate.
    package init(capacityBytes: Int) {
        buffer.reserveCapacity(capacityBytes)
    }

    /// The size of the buffer: keys, values and 9 bytes for each change.
    package var byteCount: Int { buffer.count }
    package var isEmpty: Bool { count == 0 }

    package mutating func put(_ key: [UInt8], _ value: [UInt8]) {
        put(key.span.bytes, value.span.bytes)
    }

    package mutating func put(_ key: RawSpan, _ value: RawSpan) {
        append(.put, key, UInt32(value.byteCount), value)
    }

    package mutating func delete(_ key: [UInt8]) {
        append(.delete, key.span.bytes, 0, RawSpan())
    }

    package mutating func delete(_ key: RawSpan) {
        append(.delete, key, 0, RawSpan())
    }

    /// Deletes every key of `range`, whatever their number, in one record. An empty range is
    /// dropped.
    package mutating func deleteRange(_ range: KeyRange) {
        if range.isEmpty { return }
        deletesRanges = true
        if let upper = range.upper {
            append(
                .deleteRange, range.lower.span.bytes, UInt32(upper.count), upper.span.bytes)
        } else {
            append(.deleteRange, range.lower.span.bytes, Self.noUpperBound, RawSpan())
        }
    }

    /// Adds the changes of `other` after those here.
    package mutating func append(_ other: borrowing WriteBatch) {
        buffer.append(contentsOf: other.buffer)
        count += other.count
        deletesRanges = deletesRanges || other.deletesRanges
    }

    package mutating func removeAll(keepingCapacity: Bool = false) {
        buffer.removeAll(keepingCapacity: keepingCapacity)
        count = 0
        deletesRanges = false
    }

    /// Lends the records as the file's header describes them.
    package borrowing func withRecords<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        // The array's own closure method is not typed for errors; a span is.
        try buffer.span.withUnsafeBytes(body)
    }

    private mutating func append(
        _ kind: Kind, _ key: RawSpan, _ valueLength: UInt32, _ value: RawSpan
    ) {
        // Limits are the engine's to enforce, far below this; a longer key is a bug there.
        precondition(key.byteCount < Int(UInt32.max) && value.byteCount < Int(UInt32.max))
        let keyLength = UInt32(key.byteCount)
        buffer.reserveCapacityForAppending(
            Self.headerByteCount + key.byteCount + value.byteCount)
        buffer.append(kind.rawValue)
        withUnsafeBytes(of: keyLength.littleEndian) { buffer.append(contentsOf: $0) }
        withUnsafeBytes(of: valueLength.littleEndian) { buffer.append(contentsOf: $0) }
        key.withUnsafeBytes { buffer.append(contentsOf: $0) }
        value.withUnsafeBytes { buffer.append(contentsOf: $0) }
        count += 1
    }
}

extension [UInt8] {
    /// Makes room for one record, growing by doubling: `reserveCapacity` alone would grow to the
    /// exact size and copy everything again for the next record.
    fileprivate mutating func reserveCapacityForAppending(_ byteCount: Int) {
        let needed = count + byteCount
        if needed > capacity { reserveCapacity(Swift.max(needed, capacity * 2)) }
    }
}
