// Bytes that must not be told: keys and what keys are made from.
//
// They have pages of their own, which are left out of core dumps, kept from being swapped out where
// the system allows it, and wiped when the last reference goes. That is best effort: what OpenSSL
// and the processor keep while they compute is theirs. No text ever shows the bytes.
//
// Thread safety: immutable after it was made.

internal import COpenSSL
internal import Glibc

package final class Secret: @unchecked Sendable {
    package let count: Int
    private let base: UnsafeMutableRawPointer
    private let mappedBytes: Int

    /// - Parameter fill: writes all `count` bytes.
    package init<Failure: Error>(
        count: Int, _ fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        let page = Int(getpagesize())
        let bytes = max(1, (count + page - 1) / page) * page
        let flags = MAP_PRIVATE | MAP_ANONYMOUS
        guard let base = mmap(nil, bytes, PROT_READ | PROT_WRITE, flags, -1, 0), base != MAP_FAILED
        else { fatalError("out of memory") }
        madvise(base, bytes, MADV_DONTDUMP)
        mlock(base, bytes)
        self.count = count
        self.base = base
        mappedBytes = bytes
        try fill(UnsafeMutableRawBufferPointer(start: base, count: count))
    }

    package convenience init(_ bytes: some Collection<UInt8>) {
        self.init(count: bytes.count) { $0.copyBytes(from: bytes) }
    }

    /// From the system's generator.
    package static func random(count: Int = 32) -> Secret {
        Secret(count: count) { fillWithRandom($0) }
    }

    deinit {
        martlet_wipe(base, mappedBytes)
        munmap(base, mappedBytes)
    }

    package func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(start: base, count: count))
    }

    /// In a time that does not tell where they differ.
    package func isEqual(to other: Secret) -> Bool {
        count == other.count && martlet_equal_constant_time(base, other.base, count) != 0
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "a secret" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

package func fillWithRandom(_ bytes: UnsafeMutableRawBufferPointer) {
    guard bytes.count > 0 else { return }
    // The generator fails only where the system has none.
    guard martlet_random(bytes.baseAddress, bytes.count) == 1 else {
        fatalError("the system gives no random bytes")
    }
}

package func randomBytes(_ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    bytes.withUnsafeMutableBytes { fillWithRandom($0) }
    return bytes
}
