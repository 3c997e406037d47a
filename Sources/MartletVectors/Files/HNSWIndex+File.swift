// Indexes written to files and opened from them. docs/format/vector-index.md describes the sections.

extension HNSWIndex {
    /// Writes the index's sections. The owner may write sections of its own to the same file, before
    /// or after.
    ///
    /// Insertions and repairs must not be under way: call this in `withWritersPaused`. Searches and
    /// removals go on; a removal meanwhile is in the file or is not.
    public func write(to file: IndexFileWriter) throws(VectorError) {
        if let graph {
            try graph.write(to: file)
        } else {
            let header = IndexHeader(
                parameters: parameters, rowsAreHalf: false, slotCount: 0, entry: Graph.noEntry,
                insertions: 0, blockCount: 0, nextTraining: Graph.leastForCodes, rowStride: 0,
                codeStride: 0)
            try file.write(.parameters, elements: header.bytes)
        }
    }

    /// Opens an index from its file, by mapping it: nothing is copied, and everything but the
    /// vectors is checked. The vectors' blocks are checked before their first use.
    ///
    /// What `residence` keeps in memory is brought there by `loadIntoMemory()`, before which the
    /// index works, only not yet at its full speed.
    ///
    /// - Throws: `corruptFile` when the file is damaged.
    public convenience init(
        mapping file: IndexFile, residence: VectorResidence
    ) throws(VectorError) {
        try self.init(mapping: file, residence: residence, capacity: nil)
    }

    convenience init(
        mapping file: IndexFile, residence: VectorResidence, capacity: Int?
    ) throws(VectorError) {
        guard let bytes = try file.bytes(of: .parameters),
            let header = IndexHeader(bytes, residence: residence)
        else { throw file.damage(.parameters, "not an index's parameters") }
        guard header.slotCount > 0 else {
            try self.init(header.parameters, capacity: capacity)
            return
        }
        self.init(adopting: try Graph(header, file, capacity: capacity))
    }

    /// Copies what the index's residence keeps in memory from the mapped file: all of it, all but
    /// the vectors, or nothing. Searches go on meanwhile; insertions wait, at most some
    /// milliseconds at a time. With memory short, the rest stays mapped.
    ///
    /// - Throws: `corruptFile` when the vectors are damaged.
    public func loadIntoMemory() throws(VectorError) { try graph?.loadIntoMemory() }

    /// After `write(to:)` and `seal()`: maps the written file in the place of memory, as far as the
    /// residence has the file serve for it. In the same `withWritersPaused` as `write(to:)`.
    public func adopt(_ file: IndexFile) throws(VectorError) { try graph?.adopt(file) }
}
