// The anchor: the last version that was durable, kept beside the records and not waited for. It can
// only be too old; records that are older still have lost commits.
//
//   offset  bytes  field
//   0       4      id of a data key
//   4       8      version
//   12      16     tag of nothing, sealed under the data key's key for anchors with the version as
//                  nonce and the index's id as associated data

package enum Anchor {
    static let byteCount = 28

    static func bytes(version: UInt64, _ keyring: Keyring) -> [UInt8] {
        let dataKey = keyring.currentDataKey
        return dataKey.id.littleEndianBytes + version.littleEndianBytes
            + key(dataKey.key).seal([], Nonce(version), associated: keyring.indexID)
    }

    /// Of two anchors that lie in different places the one that says the later version; neither is
    /// checked.
    package static func newest(_ first: [UInt8]?, _ second: [UInt8]?) -> [UInt8]? {
        func version(_ bytes: [UInt8]) -> UInt64 {
            guard bytes.count == byteCount else { return 0 }
            return bytes.withUnsafeBytes {
                UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: 4, as: UInt64.self))
            }
        }
        guard let first, let second else { return first ?? second }
        return version(first) < version(second) ? second : first
    }

    /// - Throws: `cutShort`, `altered`.
    static func version(_ bytes: [UInt8], _ keyring: Keyring) throws(SealingError) -> UInt64 {
        guard bytes.count == byteCount else { throw .cutShort(.anchor) }
        var reader = ByteReader(bytes)
        let id = reader.integer(UInt32.self)!
        let version = reader.integer(UInt64.self)!
        guard let dataKey = keyring.dataKeys.first(where: { $0.id == id }),
            key(dataKey.key).open(reader.rest, Nonce(version), associated: keyring.indexID) != nil
        else { throw .altered(.anchor) }
        return version
    }

    private static func key(_ dataKey: Secret) -> SealingKey {
        SealingKey(dataKey.derived(salt: [], purpose: "martlet anchor 1"))
    }
}
