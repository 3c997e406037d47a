internal import MartletEngine
internal import MartletKeyValue
internal import MartletSealing

/// Why a call on encrypted indexes failed. No text has a key, an id, a vector, contents or metadata.
public enum EncryptedIndexError: Error, Sendable, Hashable {
    /// Not 32 bytes, or all of them zero.
    case invalidKey
    /// The key does not open the index: it never did, was replaced, or was revoked.
    case wrongKey
    /// The key does not open this index, but another of the folder.
    case keyOfAnotherIndex
    /// The names of the indexes are under a key of the caller, which was not given, or another was.
    case wrongCatalogKey
    /// The key may read but not write, or is not the owner's.
    case permissionDenied
    /// Stored bytes are not those that were written. The text says where.
    case altered(String)
    /// A record is in the place of another.
    case moved(String)
    case cutShort(String)
    /// Something that was committed is gone.
    case missing(String)
    /// Something that was replaced or deleted is there again.
    case replayed(String)
    /// The index is older than it is known to have been.
    case rolledBack(version: UInt64, expected: UInt64)
    case indexExists
    case noIndex
    /// The index was deleted.
    case deleted
    case closed
    case userExists
    case noUser
    /// Somebody else has written to the index, or changed its keys, since it was loaded; nothing was
    /// written. Close it, load it again, and repeat the write.
    case changedElsewhere
    case dimensionMismatch(expected: Int, actual: Int)
    /// A number is infinite or not a number.
    case notFinite
    case invalidArgument(String)
    /// Reading or writing failed; the text names the place and the cure.
    case storage(String)
}

extension EncryptedIndexError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .invalidKey: "A key is 32 bytes that are not all zero."
        case .wrongKey: "The key does not open this index."
        case .keyOfAnotherIndex: "The key is that of another index."
        case .wrongCatalogKey:
            "The catalogue of indexes is under a key, and this is not it. Give the key that the "
                + "folder was made with."
        case .permissionDenied: "The key does not give permission to do this."
        case .altered(let place): "Stored data was altered: \(place)."
        case .moved(let place): "Stored data was moved: \(place) has the bytes of another place."
        case .cutShort(let place): "Stored data was cut short: \(place)."
        case .missing(let place): "Stored data is missing: \(place)."
        case .replayed(let place): "Stored data that was replaced is there again: \(place)."
        case .rolledBack(let version, let expected):
            "The index is at version \(version), but has been at version \(expected): it is an "
                + "old copy, or its last changes were lost."
        case .indexExists: "There is an index of this name already."
        case .noIndex: "There is no index of this name."
        case .deleted: "The index was deleted."
        case .closed: "The index is closed. Load it again to use it."
        case .userExists: "There is a user of this id already."
        case .noUser: "There is no user of this id."
        case .changedElsewhere:
            "Another program has written to the index since it was loaded. Nothing was written. "
                + "Close it, load it again, and repeat the write."
        case .dimensionMismatch(let expected, let actual):
            "The vector has \(actual) elements, but the index has \(expected) dimensions."
        case .notFinite: "A number is infinite or not a number."
        case .invalidArgument(let text): text + "."
        case .storage(let text): text
        }
    }
}

extension EncryptedIndexError {
    init(_ error: SealingError) {
        self =
            switch error {
            case .wrongKey: .wrongKey
            case .altered(let place): .altered(place.description)
            case .moved(let place): .moved(place.description)
            case .cutShort(let place): .cutShort(place.description)
            case .missing(let place): .missing(place.description)
            case .replayed(let place): .replayed(place.description)
            case .rolledBack(let version, let expected):
                .rolledBack(version: version, expected: expected)
            case .unsupportedFormat, .storage: Self(storage: error)
            }
    }

    private init(storage error: SealingError) {
        switch error {
        case .storage(let error): self = EncryptedIndexError(error)
        default: self = .storage(error.description)
        }
    }

    init(_ error: StorageError) {
        switch error {
        case .closed: self = .closed
        case .changedElsewhere: self = .changedElsewhere
        case .remote:
            self = .storage(
                "\(error) If this was a write, it may have been made or not: close the index and load "
                    + "it again before the next.")
        case .readOnly(let detail):
            self = .storage("Writes are refused: \(detail). Close the index and load it again.")
        case .corruption(let file, let offset, let detail):
            var place = file ?? detail
            if let offset { place += " at byte \(offset)" }
            self = .altered(place)
        default: self = .storage(error.description)
        }
    }

    init(_ error: OperationError) {
        switch error {
        case .storage(let error): self.init(error)
        case .resourceNotFound, .tableMissing: self = .deleted
        case .validation(let text), .limitExceeded(let text): self = .invalidArgument(text)
        default: self = .storage("The operation was refused")
        }
    }
}

/// Runs a call of the layers below, with their errors as those here.
func translating<Result>(
    _ body: () throws(SealingError) -> Result
) throws(EncryptedIndexError) -> Result {
    do throws(SealingError) { return try body() } catch { throw EncryptedIndexError(error) }
}

func translating<Result>(
    _ body: () throws(StorageError) -> Result
) throws(EncryptedIndexError) -> Result {
    do throws(StorageError) { return try body() } catch { throw EncryptedIndexError(error) }
}

func translating<Result>(
    _ body: () throws(OperationError) -> Result
) throws(EncryptedIndexError) -> Result {
    do throws(OperationError) { return try body() } catch { throw EncryptedIndexError(error) }
}
