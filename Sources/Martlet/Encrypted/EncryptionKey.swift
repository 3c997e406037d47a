internal import MartletSealing

/// A key of 32 bytes: of an index, of a user, of a catalogue. No text shows it.
public struct EncryptionKey: Sendable {
    let secret: Secret

    init(_ secret: Secret) { self.secret = secret }

    /// - Throws: `invalidKey` unless these are 32 bytes that are not all zero.
    public init(_ bytes: some Collection<UInt8>) throws(EncryptedIndexError) {
        guard bytes.count == 32, bytes.contains(where: { $0 != 0 }) else { throw .invalidKey }
        secret = Secret(bytes)
    }

    /// A new key from the system's generator.
    public static func random() -> EncryptionKey { EncryptionKey(Secret.random()) }

    /// Lends the bytes, to be kept somewhere safe.
    public func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try secret.withBytes(body)
    }

    /// Whether it is the same key; takes the same time for all that are not.
    public func isEqual(to other: EncryptionKey) -> Bool { secret.isEqual(to: other.secret) }
}

extension EncryptionKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "an encryption key" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
