// The keyring's bytes. Integers little-endian.
//
//   offset  bytes  field
//   0       8      magic: "MARTKEYS"
//   8       4      format version, 1
//   12      16     id of the index
//   28      4      n, wraps of users
//   32      112    the owner's wrap: salt (32), the payload of 64 bytes sealed (80)
//   144     112 n  wraps of users
//   ...     32     salt of the body
//   ...     4      its length, sealed
//   ...            the body, sealed under the root key
//   ...     32     salt of the owner's part
//   ...     4      its length, sealed
//   ...            the owner's part, sealed under the owner's secret
//   ...     16     the first bytes of the SHA-256 of all before: tells damage from a wrong key
//
// Associated data of the wraps is the id of the index; of the body, all bytes before its length; of
// the owner's part, all bytes before its salt. So parts of different keyrings do not fit together.
//
// The body:
//
//   0       8      revision
//   8       4      d, data keys; each: id (4), key (32)
//   ...     4      n, users; each: id (16), permission (1): 1 read, 2 write
//   ...     4      s, length of the settings
//   ...     s      settings
//   ...            zeros up to the size class
//
// The owner's part: 32 bytes for each user, the wrapping key.

internal import COpenSSL

extension Keyring {
    private static let magic = Array("MARTKEYS".utf8)
    private static let version: UInt32 = 1
    private static let wrapsOffset = 32
    private static let wrapBytes = 32 + Wrap.sealedBytes
    private static let checksumBytes = 16

    /// Raises the revision. The owner's to do.
    package mutating func nextBytes() -> [UInt8] {
        revision += 1
        var bytes = Self.magic + Self.version.littleEndianBytes + indexID
        bytes += UInt32(userWraps.count).littleEndianBytes
        for wrap in [ownerWrap] + userWraps { bytes += wrap.salt + wrap.sealed }
        let body = plainBody()
        let salt = randomBytes(32)
        bytes += salt
        let sealed = Self.bodyKey(root, salt).seal(body, Nonce(0), associated: bytes)
        bytes += UInt32(sealed.count).littleEndianBytes + sealed
        bytes += Self.sealedOwnerPart(ownerPart!, after: bytes)
        return bytes + Self.checksum(bytes[...])
    }

    static func checksum(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        bytes.withUnsafeBytes { martlet_sha256($0.baseAddress, $0.count, &digest) }
        return Array(digest[..<checksumBytes])
    }

    private func plainBody() -> Secret {
        var count = 8 + 4 + 36 * dataKeys.count + 4 + 17 * users.count + 4 + settings.count
        count = SealedFormat.sizeClass(of: count)
        return Secret(count: count) { bytes in
            var offset = 0
            func put(_ part: UnsafeRawBufferPointer) {
                bytes[offset...].copyBytes(from: part)
                offset += part.count
            }
            func put(_ part: [UInt8]) { part.withUnsafeBytes { put($0) } }
            put(revision.littleEndianBytes)
            put(UInt32(dataKeys.count).littleEndianBytes)
            for dataKey in dataKeys {
                put(dataKey.id.littleEndianBytes)
                dataKey.key.withBytes { put($0) }
            }
            put(UInt32(users.count).littleEndianBytes)
            for user in users { put(user.id + [user.permission.rawValue]) }
            put(UInt32(settings.count).littleEndianBytes)
            put(settings)
        }
    }

    private static func sealedOwnerPart(
        _ part: OwnerPart, after bytes: [UInt8]
    ) -> [UInt8] {
        let salt = randomBytes(32)
        let plain = Secret(count: 32 * part.wrappingKeys.count) { bytes in
            for (place, key) in part.wrappingKeys.enumerated() {
                key.withBytes { bytes[(32 * place)...].copyBytes(from: $0) }
            }
        }
        let sealed = ownerKey(part.secret, salt).seal(plain, Nonce(0), associated: bytes)
        return salt + UInt32(sealed.count).littleEndianBytes + sealed
    }

    private static func bodyKey(_ root: Secret, _ salt: [UInt8]) -> SealingKey {
        SealingKey(root.derived(salt: salt, purpose: "martlet body 1"))
    }

    private static func ownerKey(_ secret: Secret, _ salt: [UInt8]) -> SealingKey {
        SealingKey(secret.derived(salt: salt, purpose: "martlet owner part 1"))
    }

    /// Where a keyring is not one, as far as it can be told without a key; nil for nowhere.
    static func formProblem(_ bytes: [UInt8]) -> Int? {
        guard bytes.starts(with: magic) else { return 0 }
        let end = bytes.count - checksumBytes
        guard end > wrapsOffset else { return bytes.count }
        return checksum(bytes[..<end]) == Array(bytes[end...]) ? nil : end
    }

    /// - Throws: `wrongKey`; `altered`, `cutShort`, with the offset; `unsupportedFormat`.
    package init(_ bytes: [UInt8], key: Secret) throws(SealingError) {
        guard bytes.starts(with: Self.magic) else { throw .altered(.keyring(offset: 0)) }
        let end = bytes.count - Self.checksumBytes
        guard end > Self.wrapsOffset else { throw .cutShort(.keyring(offset: bytes.count)) }
        guard Self.checksum(bytes[..<end]) == Array(bytes[end...]) else {
            throw .altered(.keyring(offset: end))
        }
        let bytes = Array(bytes[..<end])
        var reader = ByteReader(bytes)
        func take(_ count: Int) throws(SealingError) -> [UInt8] {
            guard let taken = reader.bytes(count) else {
                throw .cutShort(.keyring(offset: bytes.count))
            }
            return taken
        }
        func word() throws(SealingError) -> UInt32 {
            let bytes = try take(4)
            return bytes.withUnsafeBytes { UInt32(littleEndian: $0.loadUnaligned(as: UInt32.self)) }
        }
        _ = try take(Self.magic.count)
        let format = try word()
        guard format == Self.version else { throw .unsupportedFormat(found: format) }
        let indexID = try take(SealedFormat.indexIDBytes)
        let userCount = Int(try word())
        guard userCount <= bytes.count / Self.wrapBytes else {
            throw .cutShort(.keyring(offset: 28))
        }
        var wraps: [Wrap] = []
        for _ in 0...userCount {
            wraps.append(Wrap(salt: try take(32), sealed: try take(Wrap.sealedBytes)))
        }
        let bodyPlace = reader.offset
        let bodySalt = try take(32)
        let bodyAssociated = Array(bytes[..<reader.offset])
        let body = try take(Int(try word()))
        let ownerPlace = reader.offset
        let ownerSalt = try take(32)
        let sealedPart = try take(Int(try word()))
        guard reader.rest.isEmpty else { throw .altered(.keyring(offset: reader.offset)) }

        // Who is it?
        var opened: (root: Secret, owner: Secret)?
        var place = 0
        let ownerKey = Self.wrappingKey(key, .owner, indexID)
        let userKey = Self.wrappingKey(key, .user, indexID)
        for (number, wrap) in wraps.enumerated() {
            if let found = wrap.open(under: number == 0 ? ownerKey : userKey, indexID) {
                opened = found
                place = number
                break
            }
        }
        guard let opened else { throw .wrongKey }
        guard
            let plain = Self.bodyKey(opened.root, bodySalt).openSecret(
                body, Nonce(0), associated: bodyAssociated)
        else { throw .altered(.keyring(offset: bodyPlace)) }
        let content = Self.content(of: plain)
        guard content.users.count == userCount else { throw .altered(.keyring(offset: 28)) }
        var part: OwnerPart?
        if place == 0 {
            guard
                let keys = Self.ownerKey(opened.owner, ownerSalt).openSecret(
                    sealedPart, Nonce(0), associated: Array(bytes[..<ownerPlace])),
                keys.count == 32 * userCount
            else { throw .altered(.keyring(offset: ownerPlace)) }
            part = OwnerPart(
                secret: opened.owner,
                wrappingKeys: keys.withBytes { keys in
                    (0..<userCount).map { Secret(keys[(32 * $0)..<(32 * $0 + 32)]) }
                })
        }
        self.init(
            indexID: indexID, revision: content.revision,
            holder: place == 0 ? .owner : .user(content.users[place - 1]), root: opened.root,
            dataKeys: content.dataKeys, settings: content.settings, ownerWrap: wraps[0],
            users: content.users, userWraps: Array(wraps[1...]), ownerPart: part)
    }

    /// Whoever sealed it had the root key, so it is as `plainBody` writes it.
    private static func content(
        of body: Secret
    ) -> (revision: UInt64, dataKeys: [DataKey], users: [User], settings: [UInt8]) {
        body.withBytes { bytes in
            var offset = 0
            func take(_ count: Int) -> UnsafeRawBufferPointer {
                defer { offset += count }
                return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
            }
            func word() -> UInt32 { UInt32(littleEndian: take(4).loadUnaligned(as: UInt32.self)) }
            let revision = UInt64(littleEndian: take(8).loadUnaligned(as: UInt64.self))
            let dataKeys = (0..<word()).map { _ in DataKey(id: word(), key: Secret(take(32))) }
            let users = (0..<word()).map { _ in
                User(id: Array(take(16)), permission: Permission(rawValue: take(1)[0])!)
            }
            let settings = Array(take(Int(word())))
            return (revision, dataKeys, users, settings)
        }
    }
}
