// What is signed: the algorithm, the moment, the scope and the canonical request's digest.

/// The signature itself.
/// - Parameters:
///   - date: the request's moment, and `dateText`, how the request has it written.
///   - scope: `date/region/service/aws4_request`.
func signature(
    of request: Digest, date: SigV4Date, as dateText: SignedBytes, scope: SignedBytes, key: HMACKey
) -> Digest {
    withUnsafeTemporaryAllocation(byteCount: scope.count + 128, alignment: 8) { room in
        var writer = ByteWriter(room)
        writer.append("AWS4-HMAC-SHA256\n")
        // In the usual form it is signed as it was sent.
        if SigV4Date.isBasic(dateText) {
            writer.append(dateText)
        } else {
            date.appendBasic(to: &writer)
        }
        writer.append(0x0A)
        writer.append(scope)
        writer.append(0x0A)
        writer.appendHex(request)
        return Digest(hmac: writer.written, key: key)
    }
}
