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

    /// Begins to open a file that a sealer finished.
    ///
    /// - Throws: `corruptFile` when the file is not as it was sealed, as far as that was looked at.
    func unsealedFile(of path: String) throws(VectorError) -> any UnsealedIndexFile
}

/// Takes one file's bytes in order, but the first 4,096 last. Used by one thread at a time.
public protocol IndexFileSealer: AnyObject {
    func append(_ bytes: UnsafeRawBufferPointer) throws(VectorError)
    /// Nothing comes after this. The caller waits for the disk.
    func finish(firstPage: UnsafeRawBufferPointer) throws(VectorError)
}

/// A sealed file's plain bytes in memory, opened when they are first needed: until then they are
/// zeros, which nobody may read. Any number of threads may use it.
public protocol UnsealedIndexFile: AnyObject, Sendable {
    /// Of a file in memory as long as the plain one, to be mapped; closed when this object goes.
    var descriptor: Int32 { get }

    /// Opens what is not open yet of these bytes.
    ///
    /// - Throws: `corruptFile` when they are not as they were sealed.
    func open(_ bytes: Range<Int>) throws(VectorError)
}
