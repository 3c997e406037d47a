extension VectorDatabase {
    /// Writes all vectors, as of one moment, to a file; one that is there is replaced once the new
    /// one is whole.
    ///
    /// - Parameter isPretty: on many lines, indented by two spaces.
    /// - Throws: `file` when it cannot be written.
    public func exportJSON(to path: String, isPretty: Bool = false) throws(VectorDatabaseError) {
        try CollectionExchange(self).exportJSON(to: path, isPretty: isPretty)
    }

    /// Adds or replaces all vectors of a file that `exportJSON` wrote. Its metric is ignored.
    ///
    /// - Parameter progress: told now and then how many rows are written, on the calling thread.
    /// - Throws: `file` when it cannot be read, is no such file (with the offset), or is of a version
    ///   that is not known; `dimensionMismatch`. Nothing is changed then.
    public func importJSON(
        from path: String, progress: ((Int) -> Void)? = nil
    ) throws(VectorDatabaseError) {
        try CollectionExchange(self).importJSON(from: path, progress: progress)
    }

    /// Writes all vectors, as of one moment, to a file of JSON Lines: a row a line, with `id`,
    /// `vector` and, where there are some, `metadata`. However many rows there are, few are in
    /// memory. A file that is there is replaced once the new one is whole.
    ///
    /// - Throws: `file` when it cannot be written.
    public func exportJSONLines(to path: String) throws(VectorDatabaseError) {
        try CollectionExchange(self).exportJSONLines(to: path)
    }

    /// Adds or replaces all vectors of a file of JSON Lines, some megabytes at a time.
    ///
    /// - Parameter progress: told now and then how many rows are written, on the calling thread.
    /// - Throws: `file` when it cannot be read, or has another line (which is named);
    ///   `dimensionMismatch`. A file is read twice, so that nothing is changed then; from a pipe,
    ///   the rows before are there.
    public func importJSONLines(
        from path: String, progress: ((Int) -> Void)? = nil
    ) throws(VectorDatabaseError) {
        try CollectionExchange(self).importJSONLines(from: path, progress: progress)
    }
}
