// What of a request a signature covers, borrowed from wherever the request lies. Bytes are as sent
// on the wire: the target still percent-encoded, the body still compressed.

internal import Glibc

/// Borrowed bytes, valid as long as the request they belong to.
package typealias SignedBytes = UnsafeBufferPointer<UInt8>

package struct SignedRequest {
    package var method: SignedBytes
    /// The target up to the first `?`.
    package var path: SignedBytes
    /// The target after the first `?`; nil when there is none.
    package var query: SignedBytes?
    /// In the order sent; repeated headers repeatedly.
    package var headers: UnsafeBufferPointer<(name: SignedBytes, value: SignedBytes)>
    package var body: UnsafeRawBufferPointer

    package init(
        method: SignedBytes, path: SignedBytes, query: SignedBytes?,
        headers: UnsafeBufferPointer<(name: SignedBytes, value: SignedBytes)>,
        body: UnsafeRawBufferPointer
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
    }

    func header(_ name: StaticString) -> SignedBytes? {
        headers.first { $0.name.equalsIgnoringCase(name) }?.value
    }
}

extension UnsafeBufferPointer<UInt8> {
    init(_ text: StaticString) {
        self.init(start: text.utf8Start, count: text.utf8CodeUnitCount)
    }

    func equalsIgnoringCase(_ other: UnsafeBufferPointer<UInt8>) -> Bool {
        guard count == other.count else { return false }
        guard let start = UnsafeRawPointer(baseAddress), let otherStart = other.baseAddress else {
            return true
        }
        let otherRaw = UnsafeRawPointer(otherStart)
        var index = 0
        while count - index >= 8 {
            let word = start.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let otherWord = otherRaw.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            guard lowercased(word) == lowercased(otherWord) else { return false }
            index += 8
        }
        while index < count {
            guard lowercased(self[index]) == lowercased(other[index]) else { return false }
            index += 1
        }
        return true
    }

    func equalsIgnoringCase(_ other: StaticString) -> Bool {
        equalsIgnoringCase(SignedBytes(other))
    }

    func equals(_ other: StaticString) -> Bool { equals(SignedBytes(other)) }

    func equals(text other: String) -> Bool {
        // A native string lends its bytes; others are compared one by one.
        other.utf8.withContiguousStorageIfAvailable { equals($0) }
            ?? other.utf8.elementsEqual(self)
    }

    func equals(_ other: UnsafeBufferPointer<UInt8>) -> Bool {
        guard count == other.count else { return false }
        guard let start = baseAddress, let otherStart = other.baseAddress else { return true }
        return memcmp(start, otherStart, count) == 0
    }

    func position(of byte: UInt8, from index: Int) -> Int? {
        guard index < count, let start = baseAddress else { return nil }
        return memchr(start + index, Int32(byte), count - index).map {
            UnsafeRawPointer($0) - UnsafeRawPointer(start)
        }
    }

    /// For messages: what is not UTF-8 is replaced.
    var text: String { String(decoding: self, as: UTF8.self) }

    /// The pieces between separators, empty ones included, without allocating.
    func forEachPiece(separatedBy separator: UInt8, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        var start = 0
        while start <= count {
            let end = position(of: separator, from: start) ?? count
            body(UnsafeBufferPointer(rebasing: self[start..<end]))
            start = end + 1
        }
    }
}

@inline(__always)
func lowercased(_ byte: UInt8) -> UInt8 {
    byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
}

/// The same for eight bytes at once.
@inline(__always)
func lowercased(_ word: UInt64) -> UInt64 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let low = word & (0x7F &* ones)
    // The top bit of each byte says: at least `A`, more than `Z`, not ASCII.
    let isLetterOrAbove = low &+ (0x80 - 0x41) &* ones
    let isAboveLetters = low &+ (0x7F - 0x5A) &* ones
    let isUppercase = (isLetterOrAbove ^ isAboveLetters) & ~word & (0x80 &* ones)
    return word | isUppercase >> 2
}
