package import MartletKeyValue

/// Why sealed data was not opened. Nothing here carries a key, a name or contents.
package enum SealingError: Error, Sendable, Equatable {
    /// The key opens none of the wraps: it is another index's, was replaced or revoked, or never was
    /// one.
    case wrongKey
    /// Bytes are not those that were sealed.
    case altered(SealedPlace)
    /// A record's bytes are those of another place, of now or of before.
    case moved(SealedPlace)
    /// A part ends before it should.
    case cutShort(SealedPlace)
    /// Records that were committed are gone, or others are there in their stead.
    case missing(SealedPlace)
    /// Records that had been deleted or replaced are there again.
    case replayed(SealedPlace)
    /// All is well, but of a version before one that is known to have been.
    case rolledBack(version: UInt64, expected: UInt64)
    /// Written by a later version of the program.
    case unsupportedFormat(found: UInt32)
    case storage(StorageError)
}

/// Where in sealed data something is.
package enum SealedPlace: Sendable, Equatable {
    /// `offset` in bytes.
    case keyring(offset: Int)
    case anchor
    case head
    case session(UInt32)
    case record(session: UInt32, number: UInt64)
    /// All records together.
    case records
}

extension SealedPlace: CustomStringConvertible {
    package var description: String {
        switch self {
        case .keyring(let offset): "the file of keys, at byte \(offset)"
        case .anchor: "the file of the last version"
        case .head: "the head record"
        case .session(let session): "the record of session \(session)"
        case .record(let session, let number): "record \(number) of session \(session)"
        case .records: "the set of records"
        }
    }
}

extension SealingError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .wrongKey: "The key does not open this index"
        case .altered(let place): "Sealed data was altered: \(place)"
        case .moved(let place): "Sealed data was moved: \(place) has another's bytes"
        case .cutShort(let place): "Sealed data was cut short: \(place)"
        case .missing(let place): "Sealed data is missing: \(place)"
        case .replayed(let place): "Sealed data that was replaced is there again: \(place)"
        case .rolledBack(let version, let expected):
            "The data is of version \(version), but version \(expected) has been"
        case .unsupportedFormat(let found):
            "The data has format \(found), which this program does not know"
        case .storage(let error): error.description
        }
    }
}

extension StorageError {
    /// For what is found damaged while it is read.
    init(_ error: SealingError) {
        if case .storage(let error) = error {
            self = error
        } else {
            self = .corruption(file: nil, offset: nil, detail: error.description)
        }
    }
}
