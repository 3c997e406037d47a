internal import MartletCatalog
internal import MartletEngine
internal import MartletSealing
internal import MartletThreads
internal import MartletVectors
internal import Synchronization

extension EncryptedIndex {
    /// Replaces the owner's key. No data is rewritten; users' keys stay. Handles that are open go on;
    /// whatever takes the owner's key takes the new one, whichever handle it is called on.
    ///
    /// - Parameter old: the owner's key, or it throws `wrongKey`.
    public func rotateKey(
        _ old: EncryptionKey, to new: EncryptionKey
    ) throws(EncryptedIndexError) {
        try checkOwner()
        try translating { () throws(SealingError) in
            try core.sealed.changeKeyring(owner: old.secret) {
                $0.replaceOwnerKey(with: new.secret)
            }
        }
    }

    /// Lets somebody else open the index, with a key of their own.
    ///
    /// The permission is kept by this library. A key that opens the index gives what its data is
    /// read with, so it protects from mistakes, not from somebody who writes a program to get around
    /// it.
    ///
    /// - Parameter id: 16 bytes.
    /// - Throws: `userExists`; `invalidArgument` for an id of another length.
    public func createUserKey(
        _ id: [UInt8], key: EncryptionKey, permission: EncryptedUser.Permission,
        owner: EncryptionKey
    ) throws(EncryptedIndexError) {
        guard id.count == 16 else { throw .invalidArgument("A user's id has 16 bytes") }
        try checkOwner()
        var isNew = false
        try translating { () throws(SealingError) in
            try core.sealed.changeKeyring(owner: owner.secret) { keyring in
                isNew = keyring.addUser(
                    Keyring.User(id: id, permission: permission == .read ? .read : .write),
                    key: key.secret)
            }
        }
        if !isNew { throw .userExists }
    }

    /// Who else may open the index.
    public func listUserKeys() throws(EncryptedIndexError) -> [EncryptedUser] {
        try checkOwner()
        return core.sealed.keyring.users.map {
            EncryptedUser(id: $0.id, permission: $0.permission == .read ? .read : .write)
        }
    }

    /// Shuts a user out: the key opens nothing any more, and what is written from now on is under a
    /// new data key. Handles that are open stay so. What the user could read before, and copied,
    /// stays readable for whoever kept the data key: `rekey` seals the data here anew.
    ///
    /// - Throws: `noUser`.
    public func revokeUserKey(
        _ id: [UInt8], owner: EncryptionKey
    ) throws(EncryptedIndexError) {
        try checkOwner()
        var isKnown = false
        try translating { () throws(SealingError) in
            try core.sealed.changeKeyring(owner: owner.secret) {
                isKnown = $0.removeUser(id, owner: owner.secret)
            }
        }
        core.files.follow(core.sealed.keyring)
        if !isKnown { throw .noUser }
    }

    /// Seals all data anew under a new data key, and forgets the old ones. Queries and writes go on
    /// meanwhile. When it is interrupted, some data is under the old key and some under the new one,
    /// both of which are kept; the next call seals the rest.
    public func rekey(owner: EncryptionKey) throws(EncryptedIndexError) {
        try checkOwner()
        try core.rekeying.withLock { _ throws(EncryptedIndexError) in
            let sealed = core.sealed
            try translating { () throws(SealingError) in
                try sealed.changeKeyring(owner: owner.secret) { keyring in
                    keyring.addDataKey()
                    keyring.replaceRoot(owner: owner.secret)
                }
            }
            core.files.follow(sealed.keyring)
            var place: [UInt8]? = []
            while let start = place {
                _ = try core.open()
                place = try translating { () throws(SealingError) in
                    try sealed.resealSome(from: start)
                }
            }
            try resealFiles()
            try translating { () throws(SealingError) in
                try sealed.forgetOldDataKeys(owner: owner.secret)
            }
            core.files.follow(sealed.keyring)
        }
    }

    /// Which part of the data is under the newest data key, from 0 to 1: how far `rekey` is.
    public func rekeyProgress() throws(EncryptedIndexError) -> Double {
        try check()
        return core.sealed.shareUnderCurrentKey
    }

    /// `rekey` on a thread of its own; `rekeyProgress` says how far it is.
    ///
    /// - Parameter completion: told once how it ended, on that thread.
    public func rekeyInBackground(
        owner: EncryptionKey, completion: @escaping @Sendable (EncryptedIndexError?) -> Void
    ) {
        startThread { [self] in
            do throws(EncryptedIndexError) {
                try rekey(owner: owner)
                completion(nil)
            } catch {
                completion(error)
            }
        }
    }

    private func resealFiles() throws(EncryptedIndexError) {
        guard let folder = core.vectorFolder, let schema = try schema() else { return }
        do throws(VectorError) {
            try core.files.reseal("\(folder)/\(schema.index.id)/graph")
        } catch {
            // It was made from the rows, and is again when the index is loaded.
        }
    }
}
