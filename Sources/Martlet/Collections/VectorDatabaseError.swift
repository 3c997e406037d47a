internal import MartletEngine
internal import MartletKeyValue

/// Why a call on a `VectorDatabase` was refused or failed. A call that throws has changed nothing,
/// unless it says otherwise. Messages name ids, lengths and paths, never vectors or metadata.
public enum VectorDatabaseError: Error, Sendable, Hashable {
    /// There is nothing at the path, and what is to be made needs dimensions.
    case missingDimensions(path: String)
    /// Another number of elements than the collection has dimensions.
    case dimensionMismatch(expected: Int, actual: Int)
    /// The vector of this id, or without one the query, has an infinity or something that is not a
    /// number; also an infinite or undefined bound.
    case notFinite(id: String?)
    case alreadyPresent(id: String)
    case notFound(id: String)
    /// An id is twice in one batch that adds.
    case repeatedID(String)
    /// The parts of a batch are of different lengths.
    case unequalCounts(ids: Int, others: Int, what: String)
    case invalidFilter(String)
    /// A parameter outside its range, or a value that cannot be kept; the text says which.
    case invalidArgument(String)
    case invalidName(String)
    case collectionExists(String)
    case noCollection(String)
    /// A file to be imported cannot be read, or is none; or one cannot be written.
    case file(path: String, detail: String)
    /// This object, or its database, was closed.
    case closed
    /// Reading or writing the database failed; the text names the place and the cure.
    case storage(String)
}

extension VectorDatabaseError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .missingDimensions(let path):
            "No database was found at \(path). Give the number of dimensions to make one."
        case .dimensionMismatch(let expected, let actual):
            "The vector has \(actual) elements, but the collection has \(expected) dimensions."
        case .notFinite(let id?):
            "The vector of \"\(id)\" has an element that is infinite or not a number."
        case .notFinite(nil): "A number is infinite or not a number."
        case .alreadyPresent(let id): "The id \"\(id)\" is already present."
        case .notFound(let id): "The id \"\(id)\" was not found."
        case .repeatedID(let id): "The id \"\(id)\" is more than once in the batch."
        case .unequalCounts(let ids, let others, let what):
            "There are \(ids) ids, but \(others) \(what)."
        case .invalidFilter(let text): text + "."
        case .invalidArgument(let text): text + "."
        case .invalidName(let name):
            "\"\(name)\" is no name for a collection: use letters, digits, - and _."
        case .collectionExists(let name): "The collection \"\(name)\" already exists."
        case .noCollection(let name): "There is no collection \"\(name)\"."
        case .file(let path, let detail): "\(path): \(detail)."
        case .closed: "The database is closed. Open it again to use it."
        case .storage(let text): text
        }
    }
}

extension VectorDatabaseError {
    /// Opening failed. Whose folder another process has is told how to share it.
    init(opening error: DatabaseError) {
        guard case .locked(let path, _) = error.reason else {
            self = .storage(error.description)
            return
        }
        self = .storage(
            error.description + " Processes share a folder through a server: martlet serve --data "
                + path + ", and in Python Database(\"http://127.0.0.1:8000\").")
    }

    init(_ error: OperationError, collection: String) {
        self =
            switch error {
            case .storage(.closed): .closed
            case .storage(let error): .storage(error.description)
            case .resourceNotFound, .tableMissing: .noCollection(collection)
            case .resourceInUse: .collectionExists(collection)
            case .validation(let text), .limitExceeded(let text): .invalidArgument(text)
            default: .storage("The operation was refused")
            }
    }
}
