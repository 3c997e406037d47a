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

/// Who signed.
package struct Principal: Sendable, Equatable {
    package var accessKeyID: String
    /// The region of the credential scope; empty when the scope names none.
    package var region: String

    package init(accessKeyID: String, region: String) {
        self.accessKeyID = accessKeyID
        self.region = region
    }
}

extension UnsafeBufferPointer<UInt8> {
    init(_ text: StaticString) {
        self.init(start: text.utf8Start, count: text.utf8CodeUnitCount)
    }

    func equalsIgnoringCase(_ other: UnsafeBufferPointer<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for index in 0..<count where lowercased(self[index]) != lowercased(other[index]) {
            return false
        }
        return true
    }

    func equalsIgnoringCase(_ other: StaticString) -> Bool {
        equalsIgnoringCase(SignedBytes(other))
    }

    func equals(_ other: StaticString) -> Bool {
        guard count == other.utf8CodeUnitCount, let start = baseAddress else { return false }
        return memcmp(start, other.utf8Start, count) == 0
    }

    /// For messages: what is not UTF-8 is replaced.
    var text: String { String(decoding: self, as: UTF8.self) }

    /// The pieces between separators, empty ones included, without allocating.
    func forEachPiece(separatedBy separator: UInt8, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        var start = 0
        for index in 0...count where index == count || self[index] == separator {
            body(UnsafeBufferPointer(rebasing: self[start..<index]))
            start = index + 1
        }
    }
}

@inline(__always)
func lowercased(_ byte: UInt8) -> UInt8 {
    byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
}
