// Writes compact JSON into one growing buffer.
//
// The writer trusts its caller to open, name and close things in order; it places commas itself,
// by looking at the last byte. Text is escaped as the service escapes it: quotes, backslashes and
// control characters, nothing else. A writer is filled by one thread and can be used again.

internal import Glibc
package import MartletModel

/// Appends JSON to a buffer.
package struct JSONWriter: ~Copyable {
    var buffer: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    /// Bytes written.
    package private(set) var count = 0

    package init(capacityBytes: Int = 1024) {
        capacity = max(capacityBytes, 64)
        buffer = .allocate(capacity: capacity)
    }

    deinit { buffer.deallocate() }

    /// Calls `body` with what was written, valid only during the call.
    package borrowing func withBytes<Result>(
        _ body: (UnsafeBufferPointer<UInt8>) -> Result
    ) -> Result {
        body(UnsafeBufferPointer(start: buffer, count: count))
    }

    /// What was written.
    package var bytes: [UInt8] { Array(UnsafeBufferPointer(start: buffer, count: count)) }

    /// Forgets what was written; keeps the memory.
    package mutating func removeAll() { count = 0 }

    // MARK: Structure

    @inline(__always)
    package mutating func beginObject() { appendEntry(UInt8(ascii: "{")) }

    @inline(__always)
    package mutating func endObject() { append(UInt8(ascii: "}")) }

    @inline(__always)
    package mutating func beginArray() { appendEntry(UInt8(ascii: "[")) }

    @inline(__always)
    package mutating func endArray() { append(UInt8(ascii: "]")) }

    /// Starts a member. Its name needs no escapes.
    @inline(__always)
    package mutating func member(_ name: StaticString) {
        let length = name.utf8CodeUnitCount
        reserve(length + 4)
        writeComma()
        buffer[count] = UInt8(ascii: "\"")
        memcpy(buffer + count + 1, name.utf8Start, length)
        buffer[count + length + 1] = UInt8(ascii: "\"")
        buffer[count + length + 2] = UInt8(ascii: ":")
        count += length + 3
    }

    /// Starts a member whose name is data.
    @inline(__always)
    package mutating func entry(_ name: Text) {
        string(name)
        append(UInt8(ascii: ":"))
    }

    // MARK: Scalars

    /// Plain JSON, written as it is.
    @inline(__always)
    package mutating func raw(_ json: StaticString) {
        let length = json.utf8CodeUnitCount
        reserve(length + 1)
        writeComma()
        memcpy(buffer + count, json.utf8Start, length)
        count += length
    }

    package mutating func bool(_ value: Bool) { raw(value ? "true" : "false") }

    package mutating func null() { raw("null") }

    package mutating func integer(_ value: Int) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var position = 20
            var rest = value.magnitude
            repeat {
                position -= 1
                digits[position] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            if value < 0 {
                position -= 1
                digits[position] = UInt8(ascii: "-")
            }
            reserve(21)
            writeComma()
            memcpy(buffer + count, digits.baseAddress! + position, 20 - position)
            count += 20 - position
        }
    }

    /// The shortest text that reads back as the value, with a fraction: `1.0`, `0.5`.
    package mutating func double(_ value: Double) {
        precondition(value.isFinite, "JSON has no text for \(value)")
        numeral(value.description)
    }

    /// The shortest text that reads back as the value, as for doubles.
    package mutating func float(_ value: Float) {
        precondition(value.isFinite, "JSON has no text for \(value)")
        numeral(value.description)
    }

    mutating func numeral(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            reserve(bytes.count + 1)
            writeComma()
            memcpy(buffer + count, bytes.baseAddress!, bytes.count)
            count += bytes.count
        }
    }

    // MARK: Bytes

    /// Makes room for `extra` more bytes.
    @inline(__always)
    mutating func reserve(_ extra: Int) {
        if capacity - count < extra { grow(by: extra) }
    }

    @inline(never)
    private mutating func grow(by extra: Int) {
        let larger = max(capacity * 2, count + extra)
        let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        memcpy(memory, buffer, count)
        buffer.deallocate()
        buffer = memory
        capacity = larger
    }

    /// Separates an entry from the one before it. Room for a byte has been reserved.
    @inline(__always)
    mutating func writeComma() {
        guard count > 0 else { return }
        switch buffer[count - 1] {
        case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: ":"): return
        default:
            buffer[count] = UInt8(ascii: ",")
            count += 1
        }
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        reserve(1)
        buffer[count] = byte
        count += 1
    }

    @inline(__always)
    private mutating func appendEntry(_ byte: UInt8) {
        reserve(2)
        writeComma()
        buffer[count] = byte
        count += 1
    }

    /// Counts bytes that were written behind the end, for which room had been reserved.
    @inline(__always)
    mutating func advance(by written: Int) { count += written }
}
