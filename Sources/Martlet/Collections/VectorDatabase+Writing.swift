internal import MartletEncoding
internal import MartletEngine
internal import MartletModel
internal import Synchronization

extension VectorDatabase {
    /// So much of a batch is written at once; a larger one goes in pieces of `pieceBytes`.
    private static let wholeBytes = 16 << 20
    private static let pieceBytes = 2 << 20
    /// Pieces that may be under way.
    private static let openPieces = 3

    /// Adds a vector under a new id.
    ///
    /// - Throws: `alreadyPresent`, `dimensionMismatch`, `notFinite`.
    public func add(
        _ id: String, _ vector: [Float], metadata: Metadata? = nil
    ) throws(VectorDatabaseError) {
        try put(id, vector, metadata, replaces: false)
    }

    /// Adds a vector, or replaces the vector and the metadata that the id has: without metadata it
    /// has none afterwards.
    ///
    /// - Throws: `dimensionMismatch`, `notFinite`.
    public func upsert(
        _ id: String, _ vector: [Float], metadata: Metadata? = nil
    ) throws(VectorDatabaseError) {
        try put(id, vector, metadata, replaces: true)
    }

    private func put(
        _ id: String, _ vector: [Float], _ metadata: Metadata?, replaces: Bool
    ) throws(VectorDatabaseError) {
        let (engine, schema) = try current()
        let row = try vector.withUnsafeBufferPointer { vector throws(VectorDatabaseError) in
            try self.row(Text(id), vector, metadata, schema)
        }
        let output = try run(
            PutVectors(table: table, rows: [row], replaces: replaces), on: engine)
        if case .isPresent = output { throw .alreadyPresent(id: id) }
    }

    /// Adds many vectors, all or none.
    ///
    /// What exceeds some 16 MB is written in pieces: when a process ends amid such a call, the first
    /// of the rows may be there afterwards. The same holds when the disk fails.
    ///
    /// - Parameters:
    ///   - metadata: nothing, or as many as there are ids.
    ///   - progress: told now and then how many rows are written, on the calling thread.
    /// - Throws: `alreadyPresent`, `repeatedID`, `unequalCounts`, `dimensionMismatch`, `notFinite`.
    public func addMany(
        _ ids: [String], _ vectors: [[Float]], metadata: [Metadata?]? = nil,
        progress: ((Int) -> Void)? = nil
    ) throws(VectorDatabaseError) {
        try put(ids, vectors, metadata, replaces: false, progress)
    }

    /// Adds or replaces many vectors: as `upsert` for each, in order, so that of an id that is there
    /// twice the last vector stays.
    ///
    /// - Throws: `unequalCounts`, `dimensionMismatch`, `notFinite`.
    public func upsertMany(
        _ ids: [String], _ vectors: [[Float]], metadata: [Metadata?]? = nil,
        progress: ((Int) -> Void)? = nil
    ) throws(VectorDatabaseError) {
        try put(ids, vectors, metadata, replaces: true, progress)
    }

    private func put(
        _ ids: [String], _ vectors: [[Float]], _ metadata: [Metadata?]?, replaces: Bool,
        _ progress: ((Int) -> Void)?
    ) throws(VectorDatabaseError) {
        guard vectors.count == ids.count else {
            throw .unequalCounts(ids: ids.count, others: vectors.count, what: "vectors")
        }
        for vector in vectors where vector.count != dimensions {
            throw .dimensionMismatch(expected: dimensions, actual: vector.count)
        }
        try put(ids, metadata, replaces: replaces, progress) { position, body in
            vectors[position].withUnsafeBufferPointer(body)
        }
    }

    /// Adds many vectors that lie one behind the other: `addMany` without arrays.
    ///
    /// - Parameter vectors: row-major, shape `[ids.count, dimensions]`.
    public func addMany(
        _ ids: [String], rows vectors: UnsafeBufferPointer<Float>, metadata: [Metadata?]? = nil,
        progress: ((Int) -> Void)? = nil
    ) throws(VectorDatabaseError) {
        try put(ids, rows: vectors, metadata, replaces: false, progress)
    }

    /// Adds or replaces many vectors that lie one behind the other: `upsertMany` without arrays.
    ///
    /// - Parameter vectors: row-major, shape `[ids.count, dimensions]`.
    public func upsertMany(
        _ ids: [String], rows vectors: UnsafeBufferPointer<Float>, metadata: [Metadata?]? = nil,
        progress: ((Int) -> Void)? = nil
    ) throws(VectorDatabaseError) {
        try put(ids, rows: vectors, metadata, replaces: true, progress)
    }

    private func put(
        _ ids: [String], rows vectors: UnsafeBufferPointer<Float>, _ metadata: [Metadata?]?,
        texts: [Text?]? = nil, replaces: Bool, _ progress: ((Int) -> Void)?
    ) throws(VectorDatabaseError) {
        let dimensions = dimensions
        guard vectors.count % dimensions == 0 else {
            throw .dimensionMismatch(
                expected: dimensions, actual: vectors.count % dimensions)
        }
        guard vectors.count == ids.count * dimensions else {
            throw .unequalCounts(
                ids: ids.count, others: vectors.count / dimensions, what: "vectors")
        }
        try put(ids, metadata, texts: texts, replaces: replaces, progress) { position, body in
            body(
                UnsafeBufferPointer(
                    rebasing: vectors[position * dimensions..<(position + 1) * dimensions]))
        }
    }

    /// Adds or replaces many vectors whose metadata are JSON, which they come back as.
    ///
    /// - Parameter vectors: row-major, shape `[ids.count, dimensions]`.
    package func put(
        _ ids: [String], rows vectors: UnsafeBufferPointer<Float>, json: [JSONMetadata?]?,
        replaces: Bool, progress: ((Int) -> Void)?
    ) throws(VectorDatabaseError) {
        try put(
            ids, rows: vectors, json?.map { $0?.values }, texts: json?.map { $0?.text },
            replaces: replaces, progress)
    }

    // MARK: Rows

    /// Lends the vector at a position.
    private typealias Lender = (Int, (UnsafeBufferPointer<Float>) -> Void) -> Void

    /// Checks a row and encodes its vector.
    private func row(
        _ id: Text, _ vector: UnsafeBufferPointer<Float>, _ metadata: Metadata?,
        _ schema: CollectionSchema
    ) throws(VectorDatabaseError) -> PutVectors.Row {
        guard vector.count == dimensions else {
            throw .dimensionMismatch(expected: dimensions, actual: vector.count)
        }
        guard vector.isFinite else { throw .notFinite(id: id.string) }
        if let metadata { try check(metadata, schema) }
        return PutVectors.Row(id: id, vector: schema.vectorPart(vector), metadata: metadata)
    }

    /// Metadata that an item can hold.
    private func check(
        _ metadata: Metadata, _ schema: CollectionSchema
    ) throws(VectorDatabaseError) {
        guard AttributeValue.map(metadata).nestingDepth <= Limits.nestingLevels else {
            throw .invalidArgument("Metadata is nested deeper than \(Limits.nestingLevels) levels")
        }
        guard schema.canHold(metadata) else {
            throw .invalidArgument("A name in the metadata is that of the id or the vector")
        }
    }

    private func put(
        _ ids: [String], _ metadata: [Metadata?]?, texts: [Text?]? = nil, replaces: Bool,
        _ progress: ((Int) -> Void)?, _ lend: Lender
    ) throws(VectorDatabaseError) {
        if let metadata, metadata.count != ids.count {
            throw .unequalCounts(ids: ids.count, others: metadata.count, what: "metadata entries")
        }
        let (engine, schema) = try current()
        let ids = ids.map { Text($0) }
        // Everything that can be refused is, before the first row is written.
        for position in ids.indices {
            var isFinite = true
            lend(position) { isFinite = $0.isFinite }
            if !isFinite { throw .notFinite(id: ids[position].string) }
            if let metadata = metadata?[position] { try check(metadata, schema) }
        }
        let positions = try Self.positions(of: ids, replaces: replaces)
        if positions.isEmpty { return }
        let rowBytes = dimensions * MemoryLayout<Float>.size + 256
        let isWhole = positions.count * rowBytes <= Self.wholeBytes
        let pieceCount = isWhole ? positions.count : max(1, Self.pieceBytes / rowBytes)
        if !isWhole, !replaces { try requireAbsence(of: ids, in: engine) }

        let pipeline = WritePipeline(limit: Self.openPieces)
        var start = 0
        while start < positions.count, !pipeline.hasFailed {
            let piece = positions[start..<min(start + pieceCount, positions.count)]
            var rows: [PutVectors.Row] = []
            rows.reserveCapacity(piece.count)
            for position in piece {
                lend(position) { vector in
                    rows.append(
                        PutVectors.Row(
                            id: ids[position], vector: schema.vectorPart(vector),
                            metadata: metadata?[position], metadataText: texts?[position]))
                }
            }
            pipeline.submit(
                PutVectors(table: table, rows: rows, replaces: replaces), at: start, on: engine)
            start += piece.count
            progress?(pipeline.writtenCount)
        }
        let outcome = pipeline.finish()
        progress?(pipeline.writtenCount)
        switch outcome {
        case nil: return
        case .isPresent(let place):
            // Somebody else added it meanwhile. What of this call is there goes again.
            let written = pipeline.writtenRanges.flatMap { positions[$0].map { ids[$0] } }
            if !written.isEmpty {
                _ = try run(DeleteVectors(table: table, ids: written), on: engine)
            }
            throw .alreadyPresent(id: ids[positions[place]].string)
        case .failed(let error): throw VectorDatabaseError(error, collection: name)
        }
    }

    /// The rows that are to be written.
    private static func positions(
        of ids: [Text], replaces: Bool
    ) throws(VectorDatabaseError) -> [Int] {
        var last: [Text: Int] = [:]
        last.reserveCapacity(ids.count)
        for (position, id) in ids.enumerated() {
            if last.updateValue(position, forKey: id) != nil, !replaces {
                throw .repeatedID(id.string)
            }
        }
        if last.count == ids.count { return Array(ids.indices) }
        return last.values.sorted()
    }

    private func requireAbsence(
        of ids: [Text], in engine: Engine
    ) throws(VectorDatabaseError) {
        var start = 0
        while start < ids.count {
            let some = Array(ids[start..<min(start + 1024, ids.count)])
            let found = try run(ReadVectors(table: table, ids: some), on: engine)
            if let place = found.firstIndex(where: { $0 != nil }) {
                throw .alreadyPresent(id: some[place].string)
            }
            start += some.count
        }
    }

    // MARK: Changing

    /// Replaces the vector or the metadata of an id, or both; what is not given stays.
    ///
    /// - Throws: `notFound`, `dimensionMismatch`, `notFinite`; `invalidArgument` when neither is
    ///   given.
    public func update(
        _ id: String, vector: [Float]? = nil, metadata: Metadata? = nil
    ) throws(VectorDatabaseError) {
        try update(id, vector, metadata, text: nil)
    }

    /// The same with metadata that are JSON.
    package func update(
        _ id: String, vector: [Float]?, json: JSONMetadata?
    ) throws(VectorDatabaseError) {
        try update(id, vector, json?.values, text: json?.text)
    }

    private func update(
        _ id: String, _ vector: [Float]?, _ metadata: Metadata?, text: Text?
    ) throws(VectorDatabaseError) {
        guard vector != nil || metadata != nil else {
            throw .invalidArgument("An update needs a vector or metadata")
        }
        let (engine, schema) = try current()
        var part: RecordPart?
        if let vector {
            let row = try vector.withUnsafeBufferPointer { vector throws(VectorDatabaseError) in
                try self.row(Text(id), vector, nil, schema)
            }
            part = row.vector
        }
        if let metadata { try check(metadata, schema) }
        let isThere = try run(
            UpdateVector(
                table: table, id: Text(id), vector: part, metadata: metadata, metadataText: text),
            on: engine)
        if !isThere { throw .notFound(id: id) }
    }

    /// Removes an id.
    ///
    /// - Returns: whether it was there.
    @discardableResult
    public func delete(_ id: String) throws(VectorDatabaseError) -> Bool {
        try deleteMany([id]) == 1
    }

    /// Removes ids, all in one step.
    ///
    /// - Returns: how many were there; an id that is given twice counts once.
    @discardableResult
    public func deleteMany(_ ids: [String]) throws(VectorDatabaseError) -> Int {
        let (engine, _) = try current()
        let distinct = Array(Set(ids.map { Text($0) })).sorted()
        if distinct.isEmpty { return 0 }
        let count = try run(DeleteVectors(table: table, ids: distinct), on: engine)
        counters.deletedCount.add(count, ordering: .relaxed)
        return count
    }
}

extension UnsafeBufferPointer<Float> {
    var isFinite: Bool {
        var worst: UInt32 = 0
        for number in self { worst = Swift.max(worst, number.bitPattern & 0x7FFF_FFFF) }
        return worst < 0x7F80_0000
    }
}
