// How an index's file is kept from others' eyes: whoever owns the index gives what seals and opens it.
// The file's own format stays as it is; only its bytes are other ones on the disk.

/// Seals and opens files of indexes. Any number of threads may use it.
public protocol IndexFileSealing: Sendable {
    /// Begins a file.
    ///
    /// - Parameters:
    ///   - descriptor: of an empty file, open for writing; the caller closes it.
    ///   - path: for errors.
    func sealer(for descriptor: Int32, path: String) throws(VectorError) -> any IndexFileSealer

    /// Opens a file that a sealer finished.
    ///
    /// - Returns: a descriptor of a file in memory with the plain bytes, which the caller closes.
    /// - Throws: `corruptFile` when the file is not as it was sealed.
    func plainFile(of path: String) throws(VectorError) -> Int32
}

/// Takes one file's bytes in order, but the first 4,096 last. Used by one thread at a time.
public protocol IndexFileSealer: AnyObject {
    func append(_ bytes: UnsafeRawBufferPointer) throws(VectorError)
    /// Nothing comes after this. The caller waits for the disk.
    func finish(firstPage: UnsafeRawBufferPointer) throws(VectorError)
}
