import MartletTestBasics
import Testing

@testable import MartletSealing

@Suite("Keyrings") struct KeyringTests {
    private let user = Keyring.User(id: [UInt8](repeating: 7, count: 16), permission: .write)
    private let reader = Keyring.User(id: [UInt8](repeating: 8, count: 16), permission: .read)

    private func add(_ user: Keyring.User, _ key: Secret, to keyring: inout Keyring) {
        let isAdded = keyring.addUser(user, key: key)
        #expect(isAdded)
    }

    @Test("the owner and the users open it, each as who they are, and nobody else does")
    func holders() throws {
        let (owner, writing, reading) = (Secret.random(), Secret.random(), Secret.random())
        var keyring = Keyring(owner: owner, settings: [1, 2, 3])
        add(user, writing, to: &keyring)
        add(reader, reading, to: &keyring)
        let isAddedTwice = keyring.addUser(user, key: .random())
        #expect(!isAddedTwice)
        let bytes = keyring.nextBytes()
        let opened = try Keyring(bytes, key: owner)
        #expect(opened.holder == .owner)
        #expect(opened.settings == [1, 2, 3])
        #expect(opened.indexID == keyring.indexID)
        #expect(opened.users == [user, reader])
        #expect(opened.currentDataKey.key.isEqual(to: keyring.currentDataKey.key))
        #expect(try Keyring(bytes, key: writing).holder == .user(user))
        #expect(try Keyring(bytes, key: reading).holder == .user(reader))
        #expect(throws: SealingError.wrongKey) { try Keyring(bytes, key: .random()) }
    }

    @Test("replacing the owner's key changes one wrap, and the old key opens nothing")
    func rotation() throws {
        let (old, new, writing) = (Secret.random(), Secret.random(), Secret.random())
        var keyring = Keyring(owner: old, settings: [])
        add(user, writing, to: &keyring)
        keyring.replaceOwnerKey(with: new)
        let bytes = keyring.nextBytes()
        let opened = try Keyring(bytes, key: new)
        #expect(opened.holder == .owner)
        #expect(opened.currentDataKey.key.isEqual(to: keyring.currentDataKey.key))
        #expect(throws: SealingError.wrongKey) { try Keyring(bytes, key: old) }
        #expect(try Keyring(bytes, key: writing).holder == .user(user))
    }

    @Test("a revoked user is shut out, others are not, and new data has a new key")
    func revocation() throws {
        let (owner, writing, reading) = (Secret.random(), Secret.random(), Secret.random())
        var keyring = Keyring(owner: owner, settings: [])
        add(user, writing, to: &keyring)
        add(reader, reading, to: &keyring)
        let before = keyring.nextBytes()
        var opened = try Keyring(before, key: owner)
        let isRemoved = opened.removeUser(user.id, owner: owner)
        let isRemovedTwice = opened.removeUser(user.id, owner: owner)
        #expect(isRemoved && !isRemovedTwice)
        let after = opened.nextBytes()
        #expect(throws: SealingError.wrongKey) { try Keyring(after, key: writing) }
        #expect(try Keyring(after, key: reading).holder == .user(reader))
        let ids = try Keyring(after, key: owner).dataKeys.map(\.id)
        #expect(ids == [1, 2])
        // What the user knows from before opens no part of what is now.
        #expect(opened.root.isEqual(to: keyring.root) == false)
    }

    @Test("parts of two keyrings do not fit together")
    func mixed() throws {
        let owner = Secret.random()
        var keyring = Keyring(owner: owner, settings: [UInt8](repeating: 1, count: 30))
        add(user, .random(), to: &keyring)
        let first = keyring.nextBytes()
        let second = keyring.nextBytes()
        #expect(first.count == second.count)
        // The owner's part of one after the body of the other, with a right checksum.
        let ownerPart = 32 + 4 + 32 + 16
        var mixed = Array(first[..<(first.count - 16 - ownerPart)])
        mixed += second[(second.count - 16 - ownerPart)..<(second.count - 16)]
        mixed += Keyring.checksum(mixed[...])
        #expect("parts of two") { try Keyring(mixed, key: owner) } throws: {
            if case SealingError.altered(.keyring) = $0 { true } else { false }
        }
    }

    @Test("a user does not get what only the owner needs")
    func ownerPart() throws {
        let (owner, writing) = (Secret.random(), Secret.random())
        var keyring = Keyring(owner: owner, settings: [])
        add(user, writing, to: &keyring)
        let bytes = keyring.nextBytes()
        #expect(try Keyring(bytes, key: owner).ownerPart?.wrappingKeys.count == 1)
        #expect(try Keyring(bytes, key: writing).ownerPart == nil)
        #expect(try Keyring(bytes, key: owner).revision == 1)
    }

    @Test("a later format is refused as such")
    func laterFormat() throws {
        var keyring = Keyring(owner: .random(), settings: [])
        var bytes = Array(keyring.nextBytes().dropLast(16))
        bytes[8] = 9
        bytes += Keyring.checksum(bytes[...])
        #expect(throws: SealingError.unsupportedFormat(found: 9)) {
            try Keyring(bytes, key: .random())
        }
    }
}
