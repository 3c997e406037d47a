// An answer: status, headers, body. Content-Length, Date and Connection are the server's business.
//
// The body's storage is handed to the kernel without a copy; the connection keeps the array alive,
// unchanged, until the last byte is sent.

package struct HTTPResponse: Sendable {
    package var status: UInt16
    package var headers: HTTPHeaders
    package var body: [UInt8]

    /// Adds `x-amz-crc32`: the CRC-32 of the body as it is sent, so after any compression.
    package var sendsChecksum = false
    /// Lets the server compress a large body for a client that accepts gzip. Turn off for bodies
    /// that are compressed already.
    package var isCompressible = true
    /// Closes the connection after this answer.
    package var closesConnection = false

    package init(status: UInt16, headers: HTTPHeaders = HTTPHeaders(), body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// Headers as `name\0value\0…`, the form in which they are passed on: one allocation for all.
package struct HTTPHeaders: Sendable {
    private(set) var bytes: [UInt8] = []

    package init() {}

    /// - Parameter name: a header name; a literal, so never a client's data.
    package mutating func append(_ name: StaticString, _ value: StaticString) {
        append(name, HTTPBytes(start: value.utf8Start, count: value.utf8CodeUnitCount))
    }

    package mutating func append(_ name: StaticString, _ value: String) {
        var value = value
        value.withUTF8 { append(name, $0) }
    }

    mutating func append(_ name: StaticString, decimal value: UInt32) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 10) { digits in
            var start = 10
            var rest = value
            repeat {
                start -= 1
                digits[start] = 0x30 + UInt8(rest % 10)
                rest /= 10
            } while rest > 0
            append(name, HTTPBytes(rebasing: UnsafeBufferPointer(digits)[start...]))
        }
    }

    /// A value may hold a client's data, so it cannot end a header line: control bytes become
    /// spaces.
    package mutating func append(_ name: StaticString, _ value: HTTPBytes) {
        let nameBytes = HTTPBytes(start: name.utf8Start, count: name.utf8CodeUnitCount)
        // One allocation for the usual handful; after that the array doubles.
        if bytes.isEmpty { bytes.reserveCapacity(256) }
        bytes.append(contentsOf: nameBytes)
        bytes.append(0)
        bytes.append(contentsOf: value)
        bytes.append(0)
        bytes.withUnsafeMutableBufferPointer { bytes in
            let end = bytes.count - 1
            for index in (end - value.count)..<end where bytes[index] < 0x20 || bytes[index] == 0x7F
            {
                bytes[index] = 0x20
            }
        }
    }
}

extension HTTPResponse {
    var canBeCompressed: Bool {
        isCompressible && body.count >= HTTPCodec.smallestCompressedBytes
    }

    /// Compresses the body, if that makes it smaller; for clients that accept gzip.
    mutating func compress(with codec: HTTPCodec) {
        guard canBeCompressed else { return }
        isCompressible = false
        guard let deflated = codec.deflate(body) else { return }
        body = deflated
        headers.append("Content-Encoding", "gzip")
    }

    /// A short plain-text answer: what the server itself says before a handler is asked.
    package static func plain(_ status: UInt16, _ text: StaticString) -> HTTPResponse {
        var headers = HTTPHeaders()
        headers.append("Content-Type", "text/plain; charset=utf-8")
        let bytes = HTTPBytes(start: text.utf8Start, count: text.utf8CodeUnitCount)
        return HTTPResponse(status: status, headers: headers, body: Array(bytes) + [0x0A])
    }
}
