internal import MartletEngine
internal import MartletSealing

/// An encrypted index that is open.
///
/// A write whose call has returned survives a killed process and power loss. A query sees every write
/// that returned before it began. A batch is all or nothing.
///
/// Thread safety: every method may be called from any thread. Calls block while they work or wait for
/// the disk; queries do not wait for writers.
public final class EncryptedIndex: Sendable {
    let client: EncryptedClient
    let core: EncryptedCore
    let holder: Keyring.Holder

    init(_ client: EncryptedClient, _ core: EncryptedCore, _ holder: Keyring.Holder) {
        self.client = client
        self.core = core
        self.holder = holder
    }

    public var name: String { core.settings.name }
    public var metric: EncryptedMetric { core.settings.metric }

    /// nil before the first row of an index that was made without one.
    public func dimension() throws(EncryptedIndexError) -> Int? { try schema()?.dimensions }

    /// Changes with every commit and never goes back. Kept elsewhere and given to
    /// `EncryptedClient.loadIndex`, it tells when somebody puts an old copy in the index's place.
    public func version() throws(EncryptedIndexError) -> UInt64 {
        try check()
        return core.sealed.version
    }

    /// Whether it was opened with the owner's key.
    public var isOwner: Bool { holder == .owner }

    /// Closes the index for all who have it open. Later calls throw `closed`; a second `close` does
    /// nothing.
    public func close() throws(EncryptedIndexError) {
        try client.close(core)
    }

    /// Deletes the index with all that is in it; its keys go first. Its name is free afterwards.
    public func deleteIndex() throws(EncryptedIndexError) {
        try checkOwner()
        try client.delete(core)
    }

    // MARK: Inside

    func check() throws(EncryptedIndexError) { _ = try core.open() }

    func checkWriting() throws(EncryptedIndexError) {
        try check()
        if case .user(let user) = holder, user.permission != .write { throw .permissionDenied }
    }

    func checkOwner() throws(EncryptedIndexError) {
        try check()
        guard holder == .owner else { throw .permissionDenied }
    }

    func schema() throws(EncryptedIndexError) -> CollectionSchema? {
        try check()
        return try core.schema()
    }
}
