// The keys of an index. Every caller's key wraps the root key, under which the body is sealed: data
// keys, users, settings. The owner's key wraps also what opens the owner's part: the users' wrapping
// keys, so that the root key can be replaced without the users.
//
//   caller's key ─HKDF─▶ wrapping key ─wraps─▶ root key ─seals─▶ body: data keys
//                                                                  │ HKDF, for each session and file
//                                                                  ▼
//                                                              keys of records
//
// Replacing the owner's key writes one wrap. Revoking a user replaces the root key and the data key
// for all that is written from then on; `rekey` of the store does the rest. Destroying the keyring
// destroys the index.
//
// Bytes: Keyring+Bytes.swift. A value; not thread-safe.

package struct Keyring: Sendable {
    package struct DataKey: Sendable {
        package let id: UInt32
        package let key: Secret
    }

    package enum Permission: UInt8, Sendable {
        case read = 1
        case write = 2
    }

    package struct User: Sendable, Equatable {
        /// 16 bytes.
        package let id: [UInt8]
        package let permission: Permission

        package init(id: [UInt8], permission: Permission) {
            self.id = id
            self.permission = permission
        }
    }

    /// Who opened it.
    package enum Holder: Sendable, Equatable {
        case owner
        case user(User)
    }

    /// The root key under a wrapping key.
    struct Wrap: Sendable, Equatable {
        static let payloadBytes = 64
        var salt: [UInt8]
        /// The root key and, for the owner, the secret of the owner's part; else zeros.
        var sealed: [UInt8]
    }

    /// 16 random bytes.
    package let indexID: [UInt8]
    /// Rises with every change.
    package internal(set) var revision: UInt64 = 0
    /// The oldest first; the last is the current one.
    package internal(set) var dataKeys: [DataKey]
    /// The owner's own, for the owner of the store.
    package var settings: [UInt8]
    package let holder: Holder

    var root: Secret
    var ownerWrap: Wrap
    /// In one order with `userWraps`.
    package internal(set) var users: [User] = []
    var userWraps: [Wrap] = []
    /// Opened by the owner's key only, without which the keyring is not changed.
    var ownerPart: OwnerPart?

    struct OwnerPart: Sendable {
        var secret: Secret
        /// In one order with `users`.
        var wrappingKeys: [Secret] = []
    }

    package var currentDataKey: DataKey { dataKeys.last! }

    /// A new index's.
    package init(owner key: Secret, settings: [UInt8]) {
        indexID = randomBytes(SealedFormat.indexIDBytes)
        root = .random()
        let secret = Secret.random()
        ownerPart = OwnerPart(secret: secret)
        dataKeys = [DataKey(id: 1, key: .random())]
        self.settings = settings
        holder = .owner
        ownerWrap = Wrap(
            of: root, secret, under: Self.wrappingKey(key, .owner, indexID), indexID)
    }

    init(
        indexID: [UInt8], revision: UInt64, holder: Holder, root: Secret, dataKeys: [DataKey],
        settings: [UInt8], ownerWrap: Wrap, users: [User], userWraps: [Wrap],
        ownerPart: OwnerPart?
    ) {
        self.indexID = indexID
        self.revision = revision
        self.holder = holder
        self.root = root
        self.dataKeys = dataKeys
        self.settings = settings
        self.ownerWrap = ownerWrap
        self.users = users
        self.userWraps = userWraps
        self.ownerPart = ownerPart
    }

    // MARK: The owner's

    /// Replaces the owner's key.
    package mutating func replaceOwnerKey(with key: Secret) {
        let part = ownerPart!
        ownerWrap = Wrap(
            of: root, part.secret, under: Self.wrappingKey(key, .owner, indexID), indexID)
    }

    /// - Returns: false when there is a user of this id.
    package mutating func addUser(_ user: User, key: Secret) -> Bool {
        guard !users.contains(where: { $0.id == user.id }) else { return false }
        let wrappingKey = Self.wrappingKey(key, .user, indexID)
        users.append(user)
        userWraps.append(Wrap(of: root, nil, under: wrappingKey, indexID))
        ownerPart!.wrappingKeys.append(wrappingKey)
        return true
    }

    /// Shuts a user out: the root key is replaced, and what is written from now on gets a new data
    /// key.
    /// - Returns: false when there is no such user.
    package mutating func removeUser(_ id: [UInt8], owner key: Secret) -> Bool {
        guard let place = users.firstIndex(where: { $0.id == id }) else { return false }
        users.remove(at: place)
        userWraps.remove(at: place)
        ownerPart!.wrappingKeys.remove(at: place)
        replaceRoot(owner: key)
        addDataKey()
        return true
    }

    /// Replaces the root key for everybody.
    package mutating func replaceRoot(owner key: Secret) {
        root = .random()
        ownerPart!.secret = .random()
        let part = ownerPart!
        ownerWrap = Wrap(
            of: root, part.secret, under: Self.wrappingKey(key, .owner, indexID), indexID)
        userWraps = part.wrappingKeys.map { Wrap(of: root, nil, under: $0, indexID) }
    }

    // MARK: Data keys

    package mutating func addDataKey() {
        dataKeys.append(DataKey(id: currentDataKey.id + 1, key: .random()))
    }

    /// Forgets all data keys but the current one and those named.
    package mutating func removeDataKeys(except ids: Set<UInt32>) {
        let current = currentDataKey.id
        dataKeys.removeAll { $0.id != current && !ids.contains($0.id) }
    }

    // MARK: Wraps

    enum Role: String {
        case owner = "martlet owner 1"
        case user = "martlet user 1"
    }

    static func wrappingKey(_ key: Secret, _ role: Role, _ indexID: [UInt8]) -> Secret {
        key.derived(salt: indexID, purpose: role.rawValue)
    }
}

extension Keyring.Wrap {
    static let sealedBytes = payloadBytes + SealingKey.tagBytes

    /// A salt of its own makes the key new, so that the nonce may be 0.
    init(of root: Secret, _ ownerSecret: Secret?, under wrappingKey: Secret, _ indexID: [UInt8]) {
        salt = randomBytes(32)
        let payload = Secret(count: Self.payloadBytes) { bytes in
            root.withBytes { bytes.baseAddress!.copyMemory(from: $0.baseAddress!, byteCount: 32) }
            ownerSecret?.withBytes {
                (bytes.baseAddress! + 32).copyMemory(from: $0.baseAddress!, byteCount: 32)
            }
        }
        sealed = Self.key(wrappingKey, salt).seal(payload, Nonce(0), associated: indexID)
    }

    /// The root key and the owner's secret; nil when this is another's wrap.
    func open(under wrappingKey: Secret, _ indexID: [UInt8]) -> (root: Secret, owner: Secret)? {
        guard
            let payload = Self.key(wrappingKey, salt).openSecret(
                sealed, Nonce(0), associated: indexID)
        else { return nil }
        return payload.withBytes { (Secret($0[..<32]), Secret($0[32...])) }
    }

    private static func key(_ wrappingKey: Secret, _ salt: [UInt8]) -> SealingKey {
        SealingKey(wrappingKey.derived(salt: salt, purpose: "martlet wrap 1"))
    }
}
