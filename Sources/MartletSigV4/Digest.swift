// SHA-256 and HMAC-SHA-256, and the 32 bytes they make.

internal import COpenSSL

struct Digest: Sendable {
    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    private init(_ fill: (UnsafeMutablePointer<UInt8>) -> Int32) {
        let done = withUnsafeMutableBytes(of: &words) {
            fill($0.baseAddress!.assumingMemoryBound(to: UInt8.self))
        }
        precondition(done == 1, "OpenSSL cannot compute SHA-256")
    }

    /// The SHA-256 of these bytes.
    init(sha256 data: UnsafeRawBufferPointer) {
        self.init { martlet_sha256(data.baseAddress, data.count, $0) }
    }

    /// The HMAC-SHA-256 of these bytes.
    init(hmac data: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer) {
        self.init {
            martlet_hmac_sha256(key.baseAddress, key.count, data.baseAddress, data.count, $0)
        }
    }

    init(hmac data: UnsafeRawBufferPointer, key: Digest) {
        self = key.withBytes { Digest(hmac: data, key: $0) }
    }

    /// Reads 64 hexadecimal digits, of either case.
    init?(hex: SignedBytes) {
        guard hex.count == 64 else { return nil }
        var isValid = true
        self.init { bytes in
            for index in 0..<32 {
                guard let high = hexValue(hex[2 * index]), let low = hexValue(hex[2 * index + 1])
                else {
                    isValid = false
                    break
                }
                bytes[index] = high << 4 | low
            }
            return 1
        }
        guard isValid else { return nil }
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
