// SHA-256 and HMAC-SHA-256, and the 32 bytes they make.

internal import COpenSSL

struct Digest: Sendable {
    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    @inline(__always)
    private init(_ fill: (UnsafeMutablePointer<UInt8>) -> Void) {
        withUnsafeMutableBytes(of: &words) {
            fill($0.baseAddress!.assumingMemoryBound(to: UInt8.self))
        }
    }

    /// The SHA-256 of these bytes.
    init(sha256 data: UnsafeRawBufferPointer) {
        self.init { martlet_sha256(data.baseAddress, data.count, $0) }
    }

    /// The HMAC-SHA-256 of these bytes.
    init(hmac data: UnsafeRawBufferPointer, key: HMACKey) {
        self.init { digest in
            withUnsafePointer(to: key.states) {
                martlet_hmac_sha256($0, data.baseAddress, data.count, digest)
            }
        }
    }

    /// Reads 64 hexadecimal digits, of either case.
    init?(hex: SignedBytes) {
        guard hex.count == 64 else { return nil }
        var seen: UInt8 = 0
        self.init { bytes in
            for index in 0..<32 {
                let high = hexNibble(hex[2 * index])
                let low = hexNibble(hex[2 * index + 1])
                seen |= high | low
                bytes[index] = high << 4 | low & 15
            }
        }
        guard seen < 16 else { return nil }
    }

    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        withUnsafeBytes(of: words) { body($0) }
    }

    /// Equality in constant time.
    func equalsInConstantTime(_ other: Digest) -> Bool {
        withBytes { left in
            other.withBytes { right in
                martlet_equal_constant_time(left.baseAddress, right.baseAddress, 32) == 1
            }
        }
    }
}

/// A key as HMAC uses it: making one takes two of the four blocks that a short HMAC hashes, so a
/// key that is used again is kept in this form. A secret.
struct HMACKey: Sendable {
    fileprivate let states: martlet_hmac_key

    init(_ bytes: UnsafeRawBufferPointer) {
        states = martlet_hmac_sha256_key(bytes.baseAddress, bytes.count)
    }

    init(_ digest: Digest) {
        self = digest.withBytes { HMACKey($0) }
    }
}

/// The value of a hexadecimal digit; at least 128 for any other byte. Without branches: a processor
/// cannot guess whether a digit is a letter.
@inline(__always)
private func hexNibble(_ byte: UInt8) -> UInt8 {
    let noDecimal: UInt8 = byte &- 0x30 < 10 ? 0 : 0x80
    let noLetter: UInt8 = (byte | 0x20) &- 0x61 < 6 ? 0 : 0x80
    return ((byte & 15) &+ (byte >> 6) &* 9) | (noDecimal & noLetter)
}
