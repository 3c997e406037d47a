internal import MartletEncoding
internal import MartletEngine
internal import MartletModel

extension EncryptedIndex {
    /// Adds rows, or replaces those of the same ids with all that they have. Of an id that is there
    /// twice, the last row stays. All rows are written, or none.
    ///
    /// - Throws: `dimensionMismatch`, `notFinite`, `permissionDenied`; `invalidArgument` for a row of
    ///   more than 400 KB.
    public func upsert(_ rows: [EncryptedRow]) throws(EncryptedIndexError) {
        try checkWriting()
        guard let first = rows.first else { return }
        let expected = try schema()?.dimensions ?? first.vector.count
        for row in rows {
            guard row.vector.count == expected else {
                throw .dimensionMismatch(expected: expected, actual: row.vector.count)
            }
            try Self.check(row.vector.withUnsafeBufferPointer { $0.isFinite }, row.metadata)
        }
        let schema = try core.schema(dimension: expected)
        try put(
            rows.map { row in
                PutVectors.Row(
                    id: row.id.text, vector: row.vector.withUnsafeBufferPointer(schema.vectorPart),
                    metadata: row.metadata, contents: row.contents.isEmpty ? nil : row.contents)
            })
    }

    /// The same for vectors that lie one behind the other.
    ///
    /// - Parameters:
    ///   - vectors: row-major, shape `[ids.count, dimension]`.
    ///   - contents: nothing, or as many as there are ids.
    ///   - metadata: nothing, or as many as there are ids.
    public func upsert(
        _ ids: [EncryptedID], rows vectors: UnsafeBufferPointer<Float>,
        contents: [[UInt8]]? = nil, metadata: [Metadata?]? = nil
    ) throws(EncryptedIndexError) {
        try checkWriting()
        for count in [contents?.count, metadata?.count] where count ?? ids.count != ids.count {
            throw .invalidArgument(
                "There are \(ids.count) ids, but \(count!) of what goes with them")
        }
        if ids.isEmpty, vectors.isEmpty { return }
        guard !ids.isEmpty, vectors.count % ids.count == 0 else {
            throw .invalidArgument("There are \(ids.count) ids, but \(vectors.count) numbers")
        }
        let dimension = vectors.count / ids.count
        let expected = try schema()?.dimensions ?? dimension
        guard dimension == expected else {
            throw .dimensionMismatch(expected: expected, actual: dimension)
        }
        try Self.check(vectors.isFinite, nil)
        for metadata in metadata ?? [] { try Self.check(true, metadata) }
        let schema = try core.schema(dimension: dimension)
        try put(
            ids.indices.map { place in
                let vector = vectors[place * dimension..<(place + 1) * dimension]
                let contents = contents?[place] ?? []
                return PutVectors.Row(
                    id: ids[place].text,
                    vector: schema.vectorPart(UnsafeBufferPointer(rebasing: vector)),
                    metadata: metadata?[place], contents: contents.isEmpty ? nil : contents)
            })
    }

    private func put(_ rows: [PutVectors.Row]) throws(EncryptedIndexError) {
        var last: [Text: Int] = [:]
        last.reserveCapacity(rows.count)
        for (place, row) in rows.enumerated() { last[row.id] = place }
        let distinct =
            last.count == rows.count ? rows : last.values.sorted().map { rows[$0] }
        _ = try core.run(PutVectors(table: EncryptedCore.table, rows: distinct, replaces: true))
    }

    private static func check(
        _ isFinite: Bool, _ metadata: Metadata?
    ) throws(EncryptedIndexError) {
        guard isFinite else { throw .notFinite }
        guard let metadata else { return }
        guard AttributeValue.map(metadata).nestingDepth <= Limits.nestingLevels else {
            throw .invalidArgument("Metadata is nested deeper than \(Limits.nestingLevels) levels")
        }
    }

    /// Removes rows, all in one step. Ids that are not there are ignored.
    public func delete(_ ids: [EncryptedID]) throws(EncryptedIndexError) {
        try checkWriting()
        guard try schema() != nil, !ids.isEmpty else { return }
        let distinct = Array(Set(ids.map(\.text))).sorted()
        _ = try core.run(DeleteVectors(table: EncryptedCore.table, ids: distinct))
    }
}
