internal import MartletCatalog
package import MartletEngine
internal import MartletModel
package import MartletVectors
internal import Synchronization

/// A collection of a server, for one of its clients. It has what a collection in the process has;
/// each call is one request, and a large batch several.
package final class RemoteCollection: CollectionCalls {
    /// So much is sent at once, and asked for.
    private static let requestBytes = 8 << 20

    package let dimensions: Int
    package let metric: Metric
    private let transport: any CallTransport
    private let tableID: UInt32
    private let name: String
    private let isClosed = Atomic<Bool>(false)

    init(
        _ transport: any CallTransport, tableID: UInt32, name: String, dimensions: Int,
        metric: Metric
    ) {
        self.transport = transport
        self.tableID = tableID
        self.name = name
        self.dimensions = dimensions
        self.metric = metric
    }

    /// Opens a collection, or makes one if dimensions are given.
    ///
    /// - Parameter name: nil for that of a database of one, as in `VectorDatabase.open`.
    /// - Throws: `missingDimensions`, `noCollection`, `invalidName`, `invalidArgument`; `storage`
    ///   when the server is not reached, or refuses.
    package static func open(
        _ transport: any CallTransport, name: String?, dimensions: Int?, options: VectorOptions
    ) throws(VectorDatabaseError) -> RemoteCollection {
        if let name { _ = try CollectionName.table(name) }
        do throws(VectorDatabaseError) {
            return try transport.opened(.open, name ?? "") {
                $0.options(dimensions: dimensions, options)
            }
        } catch {
            guard case .missingDimensions = error else { throw error }
            throw .missingDimensions(path: transport.place)
        }
    }

    package func close() throws(VectorDatabaseError) {
        isClosed.store(true, ordering: .relaxed)
    }

    private func call<Result>(
        _ operation: CollectionOperation, _ arguments: (inout CallWriter) -> Void = { _ in },
        _ read: (inout CallReader) throws(CallFault) -> Result
    ) throws(VectorDatabaseError) -> Result {
        if isClosed.load(ordering: .relaxed) { throw .closed }
        return try transport.call(operation, of: name, tableID: tableID, arguments, read)
    }

    // MARK: Writing

    package func put(
        _ ids: [String], rows vectors: UnsafeBufferPointer<Float>, json: [JSONMetadata?]?,
        replaces: Bool, progress: ((Int) -> Void)?
    ) throws(VectorDatabaseError) {
        guard vectors.count == ids.count * dimensions else {
            throw .unequalCounts(
                ids: ids.count, others: vectors.count / dimensions, what: "vectors")
        }
        if let json, json.count != ids.count {
            throw .unequalCounts(ids: ids.count, others: json.count, what: "metadata entries")
        }
        let pieces = pieces(of: ids, json)
        if pieces.count > 1 { try check(ids, vectors, replaces: replaces) }
        var written = 0
        for piece in pieces {
            do throws(VectorDatabaseError) {
                try put(piece, of: ids, vectors, json, replaces: replaces)
            } catch {
                // Somebody else added it meanwhile. What of this call is there goes again.
                if !replaces, written > 0 { _ = try deleteMany(Array(ids[..<written])) }
                throw error
            }
            written = piece.upperBound
            progress?(written)
        }
        if pieces.isEmpty {
            if isClosed.load(ordering: .relaxed) { throw .closed }
            progress?(0)
        }
    }

    /// Rows that fit into one request each.
    private func pieces(of ids: [String], _ json: [JSONMetadata?]?) -> [Range<Int>] {
        var pieces: [Range<Int>] = []
        var start = 0
        var bytes = 0
        for place in ids.indices {
            bytes += dimensions * MemoryLayout<Float>.size + ids[place].utf8.count + 256
            if let metadata = json?[place] { bytes += metadata.byteCount }
            if bytes >= Self.requestBytes {
                pieces.append(start..<place + 1)
                start = place + 1
                bytes = 0
            }
        }
        if start < ids.count { pieces.append(start..<ids.count) }
        return pieces
    }

    /// What the server would say of a later piece is said before the first is written.
    private func check(
        _ ids: [String], _ vectors: UnsafeBufferPointer<Float>, replaces: Bool
    ) throws(VectorDatabaseError) {
        for place in ids.indices {
            let vector = UnsafeBufferPointer(
                rebasing: vectors[place * dimensions..<(place + 1) * dimensions])
            guard vector.isFinite else { throw .notFinite(id: ids[place]) }
        }
        if replaces { return }
        var known: Set<Text> = []
        for id in ids where !known.insert(Text(id)).inserted { throw .repeatedID(id) }
        for some in steps(of: ids) {
            let place = try call(.firstPresent, { $0.texts(some) }) {
                reader throws(CallFault) in try reader.integer()
            }
            if (0..<some.count).contains(place) {
                throw .alreadyPresent(id: some[some.startIndex + place])
            }
        }
    }

    private func put(
        _ piece: Range<Int>, of ids: [String], _ vectors: UnsafeBufferPointer<Float>,
        _ json: [JSONMetadata?]?, replaces: Bool
    ) throws(VectorDatabaseError) {
        try call(.put) { writer in
            writer.flag(replaces)
            writer.texts(ids[piece])
            writer.floats(
                UnsafeBufferPointer(
                    rebasing: vectors[
                        piece.lowerBound * dimensions..<piece.upperBound * dimensions]))
            writer.flag(json != nil)
            if let json { for metadata in json[piece] { writer.metadata(metadata) } }
        } _: { _ throws(CallFault) in
        }
    }

    package func update(
        _ id: String, vector: [Float]?, json: JSONMetadata?
    ) throws(VectorDatabaseError) {
        try call(.update) { writer in
            writer.text(id)
            writer.flag(vector != nil)
            vector?.withUnsafeBufferPointer { writer.floats($0) }
            writer.metadata(json)
        } _: { _ throws(CallFault) in
        }
    }

    package func deleteMany(_ ids: [String]) throws(VectorDatabaseError) -> Int {
        var count = 0
        for some in steps(of: ids) {
            count += try call(.deleteRows, { $0.texts(some) }) {
                reader throws(CallFault) in try reader.integer()
            }
        }
        return count
    }

    /// Ids that fit into one request each; at least one request.
    private func steps(of ids: [String], rowBytes: Int = 0) -> [ArraySlice<String>] {
        var steps: [ArraySlice<String>] = []
        var start = 0
        var bytes = 0
        for place in ids.indices {
            bytes += ids[place].utf8.count + 8 + rowBytes
            if bytes >= Self.requestBytes {
                steps.append(ids[start...place])
                start = place + 1
                bytes = 0
            }
        }
        if start < ids.count || steps.isEmpty { steps.append(ids[start...]) }
        return steps
    }

    // MARK: Reading

    private func contents(
        of ids: ArraySlice<String>
    ) throws(VectorDatabaseError) -> [VectorRowContent?] {
        let rows = try call(.read, { $0.texts(ids) }) { reader throws(CallFault) in
            var rows: [VectorRowContent?] = []
            for _ in ids { rows.append(try reader.flag() ? try reader.row() : nil) }
            return rows
        }
        // Callers rely on it.
        for row in rows where row.map({ $0.vector.count != dimensions }) ?? false {
            throw .dimensionMismatch(expected: dimensions, actual: row!.vector.count)
        }
        return rows
    }

    package func row(_ id: String) throws(VectorDatabaseError) -> VectorRowContent {
        guard let row = try contents(of: [id])[0] else { throw .notFound(id: id) }
        return row
    }

    package func contains(_ id: String) throws(VectorDatabaseError) -> Bool {
        try call(.firstPresent, { $0.texts([id]) }) {
            reader throws(CallFault) in try reader.integer() == 0
        }
    }

    package func count(matching filter: CollectionFilter?) throws(VectorDatabaseError) -> Int {
        try call(
            .count,
            { writer in
                writer.flag(filter != nil)
                if let filter { writer.text(filter.json) }
            }
        ) { reader throws(CallFault) in try reader.integer() }
    }

    package func ids() throws(VectorDatabaseError) -> [String] {
        try call(.ids) { reader throws(CallFault) in try reader.texts() }
    }

    package func find(
        _ query: [Float], _ search: CollectionSearch
    ) throws(VectorDatabaseError) -> [FindVectors.Match] {
        try findMany([query], search)[0]
    }

    package func findMany(
        _ queries: [[Float]], _ search: CollectionSearch
    ) throws(VectorDatabaseError) -> [[FindVectors.Match]] {
        let stepCount = max(1, Self.requestBytes / (dimensions * MemoryLayout<Float>.size + 8))
        var found: [[FindVectors.Match]] = []
        var start = 0
        repeat {
            let some = queries[start..<min(start + stepCount, queries.count)]
            found += try call(
                .find,
                { writer in
                    writer.search(search)
                    writer.integer(some.count)
                    for query in some {
                        query.withUnsafeBufferPointer { writer.floats($0) }
                    }
                }
            ) { reader throws(CallFault) in
                var found: [[FindVectors.Match]] = []
                for _ in some { found.append(try reader.matches()) }
                return found
            }
            start += stepCount
        } while start < queries.count
        return found
    }

    package func explanation(
        of query: [Float], _ search: CollectionSearch
    ) throws(VectorDatabaseError) -> VectorSearchExplanation {
        try call(
            .explain,
            { writer in
                writer.search(search)
                query.withUnsafeBufferPointer { writer.floats($0) }
            }
        ) { reader throws(CallFault) in
            VectorSearchExplanation(
                results: [], method: try reader.flag() ? .graph : .exact,
                readCodes: try reader.flag(), comparedCount: try reader.integer(),
                matchingCount: try reader.integer())
        }
    }

    /// Rows that are there when they are read, of those that were there at this call.
    package func rows() throws(VectorDatabaseError) -> any CollectionRows {
        let rowBytes = dimensions * MemoryLayout<Float>.size + 256
        return RemoteRows(try steps(of: ids(), rowBytes: rowBytes)) {
            [self] ids throws(VectorDatabaseError) in try contents(of: ids)
        }
    }

    // MARK: Upkeep

    package func save() throws(VectorDatabaseError) {
        try call(.save) { _ throws(CallFault) in }
    }

    package func compact() throws(VectorDatabaseError) {
        try call(.compact) { _ throws(CallFault) in }
    }

    package func setQuantized(_ isQuantized: Bool) throws(VectorDatabaseError) {
        try call(.setQuantized, { $0.flag(isQuantized) }) { _ throws(CallFault) in }
    }

    package func stats() throws(VectorDatabaseError) -> VectorStats {
        try call(.stats) { reader throws(CallFault) in
            VectorStats(
                vectorCount: try reader.integer(), deletedCount: try reader.integer(),
                layerCount: try reader.integer(), averageDegree: try reader.double(),
                maximumDegree: try reader.integer(), minimumDegree: try reader.integer(),
                vectorBytes: try reader.integer(), graphBytes: try reader.integer(),
                codeBytes: try reader.integer(), isScanned: try reader.flag(),
                isQuantized: try reader.flag())
        }
    }

    package func deletedRows() throws(VectorDatabaseError) -> Int {
        try call(.deletedRows) { reader throws(CallFault) in try reader.integer() }
    }

    package func walksOnCodes() throws(VectorDatabaseError) -> Bool {
        try call(.walksOnCodes) { reader throws(CallFault) in try reader.flag() }
    }
}

private final class RemoteRows: CollectionRows {
    private var steps: ArraySlice<ArraySlice<String>>
    private var rows: ArraySlice<VectorRowContent?> = []
    private let read: (ArraySlice<String>) throws(VectorDatabaseError) -> [VectorRowContent?]

    init(
        _ steps: [ArraySlice<String>],
        _ read: @escaping (ArraySlice<String>) throws(VectorDatabaseError) -> [VectorRowContent?]
    ) {
        self.steps = steps[...]
        self.read = read
    }

    func next() throws(VectorDatabaseError) -> VectorRowContent? {
        while true {
            if let row = rows.popFirst() {
                if let row { return row }
            } else if let step = steps.popFirst() {
                rows = try read(step)[...]
            } else {
                return nil
            }
        }
    }
}

extension CallWriter {
    fileprivate mutating func texts(_ texts: some Collection<String>) {
        integer(texts.count)
        for text in texts { self.text(text) }
    }
}
