// Signing keys, derived once per key, day, region and service: a derivation is four HMACs, more
// than the rest of a verification.
//
//   key = HMAC(HMAC(HMAC(HMAC("AWS4" + secret, date), region), service), "aws4_request")
//
// Thread safe. Bounded: a client can ask for any date and region, so old entries make room. An
// entry is no secret to who caused it, and costs an attacker what it costs us.

internal import Synchronization

func deriveSigningKey(
    secret: String, date: SignedBytes, region: SignedBytes, service: SignedBytes
) -> Digest {
    let first = Array("AWS4".utf8) + Array(secret.utf8)
    var key = first.withUnsafeBytes { HMACKey($0) }
    for part in [date, region, service] {
        key = HMACKey(Digest(hmac: UnsafeRawBufferPointer(part), key: key))
    }
    return Digest(hmac: UnsafeRawBufferPointer(SignedBytes("aws4_request")), key: key)
}

final class SigningKeys: Sendable {
    private struct Entry {
        var credential: Int
        /// `date/region/service`.
        var scope: [UInt8]
        var key: HMACKey
    }

    private static let capacity = 64
    private let entries = Mutex<(list: [Entry], next: Int)>(([], 0))

    /// - Parameter scope: `date/region/service`, as the client wrote it.
    func key(credential: Int, scope: SignedBytes, derive: () -> Digest) -> HMACKey {
        let known = entries.withLock { entries in
            entries.list.first { entry in
                entry.credential == credential
                    && entry.scope.withUnsafeBufferPointer { scope.equals($0) }
            }?.key
        }
        if let known { return known }
        let key = HMACKey(derive())
        let entry = Entry(credential: credential, scope: Array(scope), key: key)
        entries.withLock { entries in
            if entries.list.count < Self.capacity {
                entries.list.append(entry)
            } else {
                entries.list[entries.next] = entry
                entries.next = (entries.next + 1) % Self.capacity
            }
        }
        return key
    }
}
