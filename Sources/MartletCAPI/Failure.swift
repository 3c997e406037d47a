// How an error crosses to C: a number that a caller can act on, and a sentence.

internal import CMartletAPI
internal import Glibc
internal import Martlet

/// An error as C functions answer it.
struct Failure: Error {
    let code: martlet_code
    let message: String

    init(_ code: martlet_code, _ message: String) {
        self.code = code
        self.message = message
    }
}

extension Failure {
    init(_ error: VectorDatabaseError) {
        let code =
            switch error {
            case .dimensionMismatch: MARTLET_DIMENSION
            case .notFinite: MARTLET_NOT_FINITE
            case .alreadyPresent, .repeatedID: MARTLET_PRESENT
            case .notFound: MARTLET_ABSENT
            case .unequalCounts: MARTLET_COUNTS
            case .invalidFilter: MARTLET_FILTER
            case .invalidName, .collectionExists, .noCollection: MARTLET_COLLECTION
            case .file: MARTLET_FILE
            case .closed: MARTLET_CLOSED
            case .storage: MARTLET_STORAGE
            // Those that have no code of their own say what was wrong with an argument.
            default: MARTLET_INVALID
            }
        self.init(code, error.description)
    }
}

/// Runs the body of a C function.
///
/// - Returns: 0, or the failure's code after `error` was written.
func attempt(
    _ error: UnsafeMutablePointer<martlet_error>?, _ body: () throws(Failure) -> Void
) -> Int32 {
    do throws(Failure) {
        try body()
        return 0
    } catch let failure {
        let code = Int32(failure.code.rawValue)
        error?.pointee = martlet_error(code: code, message: strdup(failure.message))
        return code
    }
}

/// Calls the library, with its error as a failure.
func calling<Result>(
    _ body: () throws(VectorDatabaseError) -> Result
) throws(Failure) -> Result {
    do throws(VectorDatabaseError) {
        return try body()
    } catch {
        throw Failure(error)
    }
}
