// UTF-8 text with DynamoDB's idea of equality.
//
// Swift's `String` calls two texts equal when they are canonically equivalent; DynamoDB compares
// their bytes. Attribute names and string values are `Text`, so that no `==`, hash, or order in the
// program can mix the two up. Texts of up to 15 bytes need no allocation.

#if canImport(Glibc)
    internal import Glibc
#endif

/// Text compared, hashed and ordered by its UTF-8 bytes.
public struct Text: Hashable, Comparable, Sendable {
    public var string: String

    @inlinable
    public init(_ string: String) {
        self.string = string
        self.string.makeContiguousUTF8()
    }

    /// Length in UTF-8 bytes, which is how DynamoDB measures text.
    @inlinable
    public var utf8Count: Int { string.utf8.count }

    @inlinable
    public var isEmpty: Bool { string.isEmpty }

    /// Calls `body` with the UTF-8 bytes, which are valid only during the call.
    @inlinable
    public func withUTF8<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        // `init` made the storage contiguous, so the view always has a buffer to offer.
        string.utf8.withContiguousStorageIfAvailable(body)!
    }

    public static func == (left: Text, right: Text) -> Bool {
        guard left.string.utf8.count == right.string.utf8.count else { return false }
        return left.withUTF8 { left in
            right.withUTF8 { right in
                left.count == 0 || memcmp(left.baseAddress!, right.baseAddress!, left.count) == 0
            }
        }
    }

    public static func < (left: Text, right: Text) -> Bool {
        left.withUTF8 { left in right.withUTF8 { right in compareBytes(left, right) < 0 } }
    }

    public func hash(into hasher: inout Hasher) {
        withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }

    public func hasPrefix(_ prefix: Text) -> Bool {
        guard prefix.utf8Count <= utf8Count else { return false }
        return withUTF8 { bytes in
            prefix.withUTF8 { bytes.prefix($0.count).elementsEqual($0) }
        }
    }

    public func contains(_ part: Text) -> Bool {
        withUTF8 { bytes in part.withUTF8 { containsBytes(bytes, $0) } }
    }
}

extension Text: ExpressibleByStringLiteral, CustomStringConvertible {
    @inlinable
    public init(stringLiteral value: String) { self.init(value) }
    public var description: String { string }
}

/// Orders two byte strings as unsigned bytes, a shorter one before its extensions.
/// - Returns: less than, equal to or greater than zero, as `memcmp`.
package func compareBytes(
    _ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>
) -> Int {
    let shared = min(left.count, right.count)
    if shared > 0 {
        let order = memcmp(left.baseAddress!, right.baseAddress!, shared)
        if order != 0 { return Int(order) }
    }
    return left.count - right.count
}

/// `compareBytes` for arrays, as a strict order.
package func bytesPrecede(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.withUnsafeBufferPointer { left in
        right.withUnsafeBufferPointer { compareBytes(left, $0) < 0 }
    }
}

/// Whether `part` occurs in `bytes`; the empty part occurs everywhere.
package func containsBytes(
    _ bytes: UnsafeBufferPointer<UInt8>, _ part: UnsafeBufferPointer<UInt8>
) -> Bool {
    guard let first = part.first else { return true }
    var start = 0
    while bytes.count - start >= part.count {
        let room = bytes.count - part.count - start + 1
        guard let hit = memchr(bytes.baseAddress! + start, Int32(first), room) else { return false }
        if memcmp(hit, part.baseAddress!, part.count) == 0 { return true }
        start = hit - UnsafeMutableRawPointer(mutating: bytes.baseAddress!) + 1
    }
    return false
}
