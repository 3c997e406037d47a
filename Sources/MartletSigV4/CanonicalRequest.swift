// The canonical request: what both sides hash so that they agree, however the request was spelled.
//
//   method LF path LF query LF (name ':' values LF)* LF signed-headers LF hex(SHA-256(body))
//
// - path: dot segments and doubled slashes resolved, then every byte but unreserved ones and `/`
//   percent-encoded: what was encoded on the wire is encoded twice, as AWS does outside S3.
// - query: decoded, encoded anew, sorted by name and then value, without X-Amz-Signature.
// - headers: in the order the client listed them; values trimmed, inner spaces made single,
//   repeated headers joined by commas.

internal import Glibc

/// The SHA-256 of a request's canonical form. Allocates only for requests above a few hundred bytes.
func canonicalRequestDigest(
    _ request: SignedRequest, signedHeaders: SignedBytes, _ query: borrowing DecodedQuery
) -> Digest {
    let body = Digest(sha256: request.body)
    var bound = request.method.count + 3 * request.path.count + 3 * (request.query?.count ?? 0)
    for header in request.headers { bound += header.name.count + header.value.count + 2 }
    bound = bound + 3 * signedHeaders.count + 128
    // A client may list a header more than once, and its value counts each time; a bound for that
    // would be quadratic, so such lists are cut off below instead.
    return withUnsafeTemporaryAllocation(byteCount: bound, alignment: 8) { room in
        var writer = ByteWriter(room)
        writer.append(request.method)
        writer.append(0x0A)
        writer.appendCanonicalPath(request.path)
        writer.append(0x0A)
        writer.appendCanonicalQuery(query)
        writer.append(0x0A)
        writer.appendCanonicalHeaders(request, signedHeaders)
        writer.append(0x0A)
        writer.appendLowercased(signedHeaders)
        writer.append(0x0A)
        writer.appendHex(body)
        return Digest(sha256: writer.written)
    }
}

extension ByteWriter {
    mutating func appendCanonicalPath(_ path: SignedBytes) {
        // Nearly every request of this protocol.
        if path.count <= 1 { return append(0x2F) }
        var segments: [SignedBytes] = []
        path.forEachPiece(separatedBy: 0x2F) { segment in
            if segment.isEmpty || segment.equals(".") { return }
            if segment.equals("..") {
                _ = segments.popLast()
            } else {
                segments.append(segment)
            }
        }
        for segment in segments {
            append(0x2F)
            for byte in segment { appendEncoded(byte) }
        }
        let last = SignedBytes(rebasing: path[(path.lastIndex(of: 0x2F).map { $0 + 1 } ?? 0)...])
        let endsInDirectory = last.isEmpty || last.equals(".") || last.equals("..")
        if segments.isEmpty || endsInDirectory { append(0x2F) }
    }

    mutating func appendCanonicalQuery(_ query: borrowing DecodedQuery) {
        if query.parameters.isEmpty { return }
        // Sorting is of the encoded forms; unreserved bytes sort among `%` as ASCII has it.
        let encoded = query.parameters.filter { !$0.name.equals("X-Amz-Signature") }
            .map { (encodedBytes($0.name), encodedBytes($0.value)) }
            .sorted {
                $0.0 == $1.0
                    ? $0.1.lexicographicallyPrecedes($1.1) : $0.0.lexicographicallyPrecedes($1.0)
            }
        for (index, parameter) in encoded.enumerated() {
            if index > 0 { append(0x26) }
            parameter.0.withUnsafeBufferPointer { append($0) }
            append(0x3D)
            parameter.1.withUnsafeBufferPointer { append($0) }
        }
    }

    mutating func appendCanonicalHeaders(_ request: SignedRequest, _ names: SignedBytes) {
        var used: UInt64 = 0
        var writer = self
        names.forEachPiece(separatedBy: 0x3B) { name in
            writer.appendLowercased(name)
            writer.append(0x3A)
            var isFirst = true
            for index in 0..<request.headers.count
            where request.headers[index].name.equalsIgnoringCase(name) {
                // Each header is written once: listing it again is no valid signature, and this
                // keeps the text within its bound.
                if index < 64 {
                    guard used & (1 << UInt64(index)) == 0 else { continue }
                    used |= 1 << UInt64(index)
                } else {
                    continue
                }
                if !isFirst { writer.append(0x2C) }
                isFirst = false
                writer.appendTrimmed(request.headers[index].value)
            }
            writer.append(0x0A)
        }
        self = writer
    }

    private mutating func appendTrimmed(_ value: SignedBytes) {
        guard let start = value.baseAddress else { return }
        // Most values hold no white space at all.
        if memchr(start, 0x20, value.count) == nil, memchr(start, 0x09, value.count) == nil {
            return append(value)
        }
        var pendingSpace = false
        var isFirst = true
        for byte in value {
            if byte == 0x20 || byte == 0x09 {
                pendingSpace = !isFirst
            } else {
                if pendingSpace { append(0x20) }
                append(byte)
                pendingSpace = false
                isFirst = false
            }
        }
    }
}

private func encodedBytes(_ bytes: SignedBytes) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: bytes.count * 3) { buffer, count in
        var writer = ByteWriter(UnsafeMutableRawBufferPointer(buffer))
        for byte in bytes { writer.appendEncoded(byte) }
        count = writer.count
    }
}
