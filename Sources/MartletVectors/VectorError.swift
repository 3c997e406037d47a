/// What a caller can do about a failure. Messages never contain vectors.
public enum VectorError: Error, Sendable, Equatable {
    /// A parameter is outside its range; `parameter` is its name.
    case invalidParameter(parameter: String, allowed: String)
    case dimensionMismatch(expected: Int, actual: Int)
    /// A vector has an element that is infinite or not a number, at this position.
    case notFinite(position: Int)
    /// There is no room for more vectors: memory or the reserved addresses are used up.
    case indexFull
    /// A file is damaged or was cut: where, and what did not agree.
    case corruptFile(path: String, offset: Int, detail: String)
    /// The system refused to read or write a file; `errno` says why.
    case fileFailed(path: String, errno: Int32)
}
