// What a program asks of a collection, wherever it is: in this process (`VectorDatabase`) or at a
// server (`RemoteCollection`). The C functions, and what is made of rows, know nothing else of them.

package import MartletEngine
package import MartletIndexes
internal import MartletModel
package import MartletVectors

/// A filter, and the JSON that it was read from, which goes over the wire.
package struct CollectionFilter: Sendable {
    package let filter: MetadataFilter
    let json: [UInt8]

    /// - Throws: `invalidFilter`.
    package init(_ json: UnsafeRawBufferPointer) throws(VectorDatabaseError) {
        let tree: Metadata
        do throws(JSONFault) {
            tree = try Metadata(json: json)
        } catch {
            throw .invalidFilter("The filter cannot be read: \(error.text)")
        }
        do throws(MetadataFilterError) {
            filter = try MetadataFilter(parsing: tree)
        } catch {
            throw .invalidFilter(error.description)
        }
        self.json = Array(json)
    }
}

/// What a search is to find; see `VectorDatabase.search`.
package struct CollectionSearch: Sendable {
    package var k: Int
    package var ef: Int?
    package var filter: CollectionFilter?
    package var maximumDistance: Double?
    package var isExact: Bool

    package init(
        k: Int, ef: Int?, filter: CollectionFilter?, maximumDistance: Double?, isExact: Bool
    ) {
        self.k = k
        self.ef = ef
        self.filter = filter
        self.maximumDistance = maximumDistance
        self.isExact = isExact
    }
}

/// Rows one after the other. Thread safety: from any thread, one call at a time.
package protocol CollectionRows: AnyObject {
    /// - Returns: nil after the last.
    func next() throws(VectorDatabaseError) -> VectorRowContent?
}

/// Thread safety: every method may be called from any thread.
package protocol CollectionCalls: AnyObject, Sendable {
    var dimensions: Int { get }
    var metric: Metric { get }

    func close() throws(VectorDatabaseError)

    func put(
        _ ids: [String], rows vectors: UnsafeBufferPointer<Float>, json: [JSONMetadata?]?,
        replaces: Bool, progress: ((Int) -> Void)?
    ) throws(VectorDatabaseError)
    func update(
        _ id: String, vector: [Float]?, json: JSONMetadata?
    ) throws(VectorDatabaseError)
    func deleteMany(_ ids: [String]) throws(VectorDatabaseError) -> Int

    func row(_ id: String) throws(VectorDatabaseError) -> VectorRowContent
    func contains(_ id: String) throws(VectorDatabaseError) -> Bool
    func count(matching filter: CollectionFilter?) throws(VectorDatabaseError) -> Int
    func ids() throws(VectorDatabaseError) -> [String]
    func rows() throws(VectorDatabaseError) -> any CollectionRows

    func find(
        _ query: [Float], _ search: CollectionSearch
    ) throws(VectorDatabaseError) -> [FindVectors.Match]
    func findMany(
        _ queries: [[Float]], _ search: CollectionSearch
    ) throws(VectorDatabaseError) -> [[FindVectors.Match]]
    /// What `VectorDatabase.explain` tells, without the results.
    func explanation(
        of query: [Float], _ search: CollectionSearch
    ) throws(VectorDatabaseError) -> VectorSearchExplanation

    func save() throws(VectorDatabaseError)
    func compact() throws(VectorDatabaseError)
    func setQuantized(_ isQuantized: Bool) throws(VectorDatabaseError)
    func stats() throws(VectorDatabaseError) -> VectorStats
    func deletedRows() throws(VectorDatabaseError) -> Int
    func walksOnCodes() throws(VectorDatabaseError) -> Bool
}

/// Named collections, wherever they are. Thread safety: as above.
package protocol CollectionsCalls: AnyObject, Sendable {
    func create(
        _ name: String, dimensions: Int, options: VectorOptions
    ) throws(VectorDatabaseError) -> any CollectionCalls
    func get(_ name: String) throws(VectorDatabaseError) -> any CollectionCalls
    func getOrCreate(
        _ name: String, dimensions: Int, options: VectorOptions
    ) throws(VectorDatabaseError) -> any CollectionCalls
    func delete(_ name: String) throws(VectorDatabaseError) -> Bool
    func list() throws(VectorDatabaseError) -> [String]
    func close() throws(VectorDatabaseError)
}
