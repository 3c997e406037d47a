internal import COpenSSL

extension Secret {
    /// HKDF-SHA-256 (RFC 5869) of this secret: a key for one purpose.
    package func derived(
        salt: [UInt8], purpose: String, count: Int = 32
    ) -> Secret {
        Secret(count: count) { result in
            withBytes { key in
                let info = Array(purpose.utf8)
                let isDerived = martlet_hkdf_sha256(
                    key.baseAddress, key.count, salt, salt.count, info, info.count,
                    result.baseAddress, result.count)
                guard isDerived == 1 else { fatalError("HKDF fails only without memory") }
            }
        }
    }
}
