// AES-256-GCM under one key, and a keyed function of numbers under another.
//
// Thread safety: any thread. Contexts, which hold the expanded key, are kept in a pool: one for each
// thread that is sealing or opening at the same time.

internal import COpenSSL
internal import Synchronization

package struct Nonce: Sendable {
    /// A number that is used once under a key.
    package let number: UInt64

    package init(_ number: UInt64) { self.number = number }

    /// 4 zeros, the number big-endian.
    func withBytes<Result>(_ body: (UnsafePointer<UInt8>) -> Result) -> Result {
        var words = (UInt32(0), number.bigEndian.low, number.bigEndian.high)
        return withUnsafeBytes(of: &words) {
            body($0.baseAddress!.assumingMemoryBound(to: UInt8.self))
        }
    }
}

extension UInt64 {
    fileprivate var low: UInt32 { UInt32(truncatingIfNeeded: self) }
    fileprivate var high: UInt32 { UInt32(truncatingIfNeeded: self >> 32) }
}

package final class SealingKey: Sendable {
    package static let tagBytes = 16

    /// Used by whoever took it from the pool.
    private struct Context: @unchecked Sendable {
        let pointer: OpaquePointer
    }

    private let secret: Secret
    private let pool = Mutex<[Context]>([])

    /// - Parameter secret: 32 bytes.
    package init(_ secret: Secret) {
        precondition(secret.count == 32, "a key of AES-256")
        self.secret = secret
    }

    deinit {
        for context in pool.withLock({ $0 }) { martlet_gcm_free(context.pointer) }
    }

    /// Writes the ciphertext and a tag: `plain.count + tagBytes` bytes, which may begin where
    /// `plain` does. A nonce is used for one plaintext only.
    package func seal(
        _ plain: UnsafeRawBufferPointer, _ nonce: Nonce, associated: UnsafeRawBufferPointer,
        into sealed: UnsafeMutableRawPointer
    ) {
        let context = take()
        let isSealed = nonce.withBytes {
            martlet_gcm_seal(
                context.pointer, $0, associated.baseAddress, associated.count, plain.baseAddress,
                plain.count, sealed)
        }
        guard isSealed == 1 else { fatalError("sealing fails only without memory") }
        give(context)
    }

    /// Writes `sealed.count - tagBytes` bytes.
    ///
    /// - Returns: false, with zeros or nothing written, when these are not the bytes that were
    ///   sealed under this key, nonce and associated data.
    package func open(
        _ sealed: UnsafeRawBufferPointer, _ nonce: Nonce, associated: UnsafeRawBufferPointer,
        into plain: UnsafeMutableRawPointer?
    ) -> Bool {
        let context = take()
        defer { give(context) }
        return nonce.withBytes {
            martlet_gcm_open(
                context.pointer, $0, associated.baseAddress, associated.count, sealed.baseAddress,
                sealed.count, plain)
        } == 1
    }

    private func take() -> Context {
        if let context = pool.withLock({ $0.popLast() }) { return context }
        return secret.withBytes { key in
            guard let made = martlet_gcm_new(key.baseAddress) else { fatalError("out of memory") }
            return Context(pointer: made)
        }
    }

    private func give(_ context: Context) { pool.withLock { $0.append(context) } }
}

extension SealingKey {
    package func seal(_ plain: [UInt8], _ nonce: Nonce, associated: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: plain.count + Self.tagBytes) { sealed, count in
            plain.withUnsafeBytes { plain in
                associated.withUnsafeBytes { associated in
                    seal(plain, nonce, associated: associated, into: sealed.baseAddress!)
                }
            }
            count = plain.count + Self.tagBytes
        }
    }

    /// - Returns: nil when these are not the bytes that were sealed.
    package func open(
        _ sealed: some Collection<UInt8>, _ nonce: Nonce, associated: [UInt8]
    ) -> [UInt8]? {
        let sealed = Array(sealed)
        guard sealed.count >= Self.tagBytes else { return nil }
        var isOpen = false
        let plain = [UInt8](unsafeUninitializedCapacity: sealed.count) { plain, count in
            isOpen = sealed.withUnsafeBytes { sealed in
                associated.withUnsafeBytes { associated in
                    open(sealed, nonce, associated: associated, into: plain.baseAddress!)
                }
            }
            count = isOpen ? sealed.count - Self.tagBytes : 0
        }
        return isOpen ? plain : nil
    }

    /// The same for bytes that are secrets.
    package func seal(_ plain: Secret, _ nonce: Nonce, associated: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: plain.count + Self.tagBytes) { sealed, count in
            plain.withBytes { plain in
                associated.withUnsafeBytes { associated in
                    seal(plain, nonce, associated: associated, into: sealed.baseAddress!)
                }
            }
            count = plain.count + Self.tagBytes
        }
    }

    package func openSecret(
        _ sealed: some Collection<UInt8>, _ nonce: Nonce, associated: [UInt8]
    ) -> Secret? {
        let sealed = Array(sealed)
        guard sealed.count >= Self.tagBytes else { return nil }
        var isOpen = false
        let secret = Secret(count: sealed.count - Self.tagBytes) { plain in
            isOpen = sealed.withUnsafeBytes { sealed in
                associated.withUnsafeBytes { associated in
                    open(sealed, nonce, associated: associated, into: plain.baseAddress)
                }
            }
        }
        return isOpen ? secret : nil
    }
}

/// Numbers that look random to whoever lacks the key: AES-256 of one block.
///
/// Used by one thread at a time.
final class KeyedNumbers: @unchecked Sendable {
    private let pointer: OpaquePointer

    init(_ secret: Secret) {
        precondition(secret.count == 32, "a key of AES-256")
        pointer = secret.withBytes { key in
            guard let made = martlet_prf_new(key.baseAddress) else { fatalError("out of memory") }
            return made
        }
    }

    deinit { martlet_prf_free(pointer) }

    func callAsFunction(_ number: UInt64) -> UInt128 {
        var block = UInt128(number).littleEndian
        var result: UInt128 = 0
        let isDone = withUnsafeBytes(of: &block) { block in
            withUnsafeMutableBytes(of: &result) { result in
                martlet_prf_block(
                    pointer, block.baseAddress!.assumingMemoryBound(to: UInt8.self),
                    result.baseAddress!.assumingMemoryBound(to: UInt8.self))
            }
        }
        guard isDone == 1 else { fatalError("a block cipher fails only without memory") }
        return UInt128(littleEndian: result)
    }
}
