internal import MartletEngine

extension VectorDatabase: CollectionCalls {
    package func count(matching filter: CollectionFilter?) throws(VectorDatabaseError) -> Int {
        if let filter { try count(matching: filter.filter) } else { try count() }
    }

    package func find(
        _ query: [Float], _ search: CollectionSearch
    ) throws(VectorDatabaseError) -> [FindVectors.Match] {
        try find(
            query, k: search.k, ef: search.ef, filter: search.filter?.filter,
            maximumDistance: search.maximumDistance, isExact: search.isExact)
    }

    package func findMany(
        _ queries: [[Float]], _ search: CollectionSearch
    ) throws(VectorDatabaseError) -> [[FindVectors.Match]] {
        try findMany(
            queries, k: search.k, ef: search.ef, filter: search.filter?.filter,
            maximumDistance: search.maximumDistance, isExact: search.isExact)
    }

    package func explanation(
        of query: [Float], _ search: CollectionSearch
    ) throws(VectorDatabaseError) -> VectorSearchExplanation {
        try explain(
            query, k: search.k, ef: search.ef, filter: search.filter?.filter,
            maximumDistance: search.maximumDistance, isExact: search.isExact)
    }

    package func setQuantized(_ isQuantized: Bool) throws(VectorDatabaseError) {
        if isQuantized { try enableQuantizedSearch() } else { try disableQuantizedSearch() }
    }

    package func deletedRows() throws(VectorDatabaseError) -> Int { deletedCount }
    package func walksOnCodes() throws(VectorDatabaseError) -> Bool { try isQuantized }

    /// All rows as of one moment.
    package func rows() throws(VectorDatabaseError) -> any CollectionRows {
        let (engine, _) = try current()
        do throws(OperationError) {
            return LocalRows(try engine.vectorRows(in: table), of: name)
        } catch {
            throw VectorDatabaseError(error, collection: name)
        }
    }
}

private final class LocalRows: CollectionRows {
    private let reader: VectorRowReader
    private let name: String

    init(_ reader: VectorRowReader, of name: String) {
        self.reader = reader
        self.name = name
    }

    func next() throws(VectorDatabaseError) -> VectorRowContent? {
        do throws(OperationError) {
            return try reader.next()
        } catch {
            throw VectorDatabaseError(error, collection: name)
        }
    }
}

/// `VectorCollections` as what C has.
package final class LocalCollections: CollectionsCalls {
    private let collections: VectorCollections

    package init(_ collections: VectorCollections) { self.collections = collections }

    package func create(
        _ name: String, dimensions: Int, options: VectorOptions
    ) throws(VectorDatabaseError) -> any CollectionCalls {
        try collections.create(name, dimensions: dimensions, options: options)
    }

    package func get(_ name: String) throws(VectorDatabaseError) -> any CollectionCalls {
        try collections.get(name)
    }

    package func getOrCreate(
        _ name: String, dimensions: Int, options: VectorOptions
    ) throws(VectorDatabaseError) -> any CollectionCalls {
        try collections.getOrCreate(name, dimensions: dimensions, options: options)
    }

    package func delete(_ name: String) throws(VectorDatabaseError) -> Bool {
        try collections.delete(name)
    }

    package func list() throws(VectorDatabaseError) -> [String] { try collections.list() }
    package func close() throws(VectorDatabaseError) { try collections.close() }
}
