// One request as it came, without copies: every pointer here is borrowed from the connection and
// ends when the handler returns. What a handler needs later (after `.later`) it decodes or copies
// before it returns.
//
// The target and header values are bytes as sent: no percent-decoding, no trimming beyond the
// optional white space around values. Signatures need them so.

/// The bytes of a token, header value or target. Valid while the handler runs.
package typealias HTTPBytes = UnsafeBufferPointer<UInt8>

package enum HTTPMethod: Sendable, Equatable {
    case get, head, post, put, delete, options, other
}

package struct HTTPRequest: ~Copyable {
    let connection: HTTPConnection

    package let method: HTTPMethod
    /// The method's name as sent.
    package let methodName: HTTPBytes
    /// The target up to the first `?`.
    package let path: HTTPBytes
    /// The target after the first `?`; nil when there is none.
    package let query: HTTPBytes?
    /// The body as sent: what a signature covers.
    package let bodyAsSent: UnsafeRawBufferPointer
    /// The body to decode: `bodyAsSent`, or what it holds when it came as gzip.
    package let body: UnsafeRawBufferPointer
    /// When the headers were complete: nanoseconds of the monotonic clock.
    package let arrivalNanoseconds: UInt64

    /// The headers in the order sent; a repeated header comes repeatedly.
    package var headers: UnsafeBufferPointer<HTTPField> { connection.fields.span }

    /// The first header of this name, in any case. Allocates nothing.
    package func header(_ name: StaticString) -> HTTPBytes? {
        connection.fields.first(named: name)
    }

    /// Whether the connection is encrypted.
    package var isTLS: Bool { connection.worker.isTLS }

    /// The peer's numeric address, for logs: `127.0.0.1:53412`. Allocates.
    package var peer: String { connection.peer }
}

/// One header: its name as sent, its value trimmed. A tuple, so that signature verification can
/// walk the same memory without knowing this module.
package typealias HTTPField = (name: HTTPBytes, value: HTTPBytes)

extension UnsafeBufferPointer<UInt8> {
    /// Equality without regard to the case of ASCII letters.
    package func equalsIgnoringCase(_ other: UnsafeBufferPointer<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for index in 0..<count where self[index] != other[index] {
            let lower = self[index] | 0x20
            guard lower == other[index] | 0x20, lower >= 0x61, lower <= 0x7A else { return false }
        }
        return true
    }

    package func equalsIgnoringCase(_ other: StaticString) -> Bool {
        equalsIgnoringCase(HTTPBytes(start: other.utf8Start, count: other.utf8CodeUnitCount))
    }

    package func equals(_ other: StaticString) -> Bool {
        count == other.utf8CodeUnitCount
            && elementsEqual(HTTPBytes(start: other.utf8Start, count: other.utf8CodeUnitCount))
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Without spaces and tabs at both ends.
    var trimmed: UnsafeBufferPointer<UInt8> {
        var start = 0
        var end = count
        while start < end, self[start] == 0x20 || self[start] == 0x09 { start += 1 }
        while end > start, self[end - 1] == 0x20 || self[end - 1] == 0x09 { end -= 1 }
        return UnsafeBufferPointer(rebasing: self[start..<end])
    }
}
