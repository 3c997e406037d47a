// A collection of vectors with ids and metadata: a table of a database, and this object knows its
// schema (MartletEngine/Collections/CollectionSchema.swift). All that is here is checking what a
// program gives, and putting it into operations of the engine.

internal import MartletCatalog
internal import MartletEngine
public import MartletModel
public import MartletVectors
internal import Synchronization

/// Metadata of a vector: values of JSON by name.
public typealias Metadata = AttributeMap

/// A durable collection of vectors, found again by their ids or by likeness.
///
///     let database = try VectorDatabase.open(at: "notes", dimensions: 384)
///     try database.add("first", embedding, metadata: ["topic": "birds"])
///     for result in try database.search(query, k: 3) { print(result.id, result.distance) }
///
/// A write whose call has returned survives a killed process and, unless the database was opened
/// with `Durability.async`, power loss. A search sees every write that returned before it began.
///
/// Ids are any text, told apart by their bytes. Vectors are kept as they are given, also under
/// cosine. A collection is a table, which a server on the same folder shows; what comes in there is
/// found here.
///
/// Thread safety: every method may be called from any thread. Calls block while they work or wait for
/// the disk; searches do not wait for writers.
public final class VectorDatabase: Sendable {
    /// The collection's name; `vectors` for a database of one.
    public let name: String
    public let dimensions: Int
    public let metric: Metric

    let share: DatabaseShare
    let table: TableName
    let tableID: UInt32
    let counters: CollectionCounters

    init(_ share: DatabaseShare, _ schema: CollectionSchema, name: String) {
        self.share = share
        self.name = name
        table = schema.tableName
        tableID = schema.tableID
        dimensions = schema.dimensions
        metric = schema.index.distance
        counters = share.counters(of: schema.tableID)
    }

    /// Opens the collection in a folder, or makes a new one.
    ///
    /// A folder may be open several times in one process: all of these objects share one database,
    /// with the options of the first.
    ///
    /// - Parameters:
    ///   - path: a folder. It and its parents are made if there is nothing.
    ///   - dimensions: of a new collection, 1 ... 4,096. Ignored when there is one.
    ///   - options: of a new collection. Ignored when there is one.
    /// - Throws: `missingDimensions` when there is nothing and no dimensions are given;
    ///   `invalidArgument` for options outside their ranges; `storage` when the path is a file,
    ///   another program's folder, not writable, held by another process (named), or damaged.
    public static func open(
        at path: String, dimensions: Int? = nil, options: VectorOptions = VectorOptions(),
        database databaseOptions: DatabaseOptions = DatabaseOptions()
    ) throws(VectorDatabaseError) -> VectorDatabase {
        // Before anything is made; of what is there, they are ignored.
        if let dimensions, !Database.isSomething(at: path) {
            try options.check(dimensions: dimensions)
        }
        let share: DatabaseShare?
        do throws(DatabaseError) {
            share = try DatabaseShare.open(
                at: path, creates: dimensions != nil, databaseOptions)
        } catch {
            throw VectorDatabaseError(opening: error)
        }
        guard let share else { throw .missingDimensions(path: path) }
        if let found = try share.onlyCollection(isNew: dimensions != nil) { return found }
        guard let dimensions else { throw .missingDimensions(path: path) }
        try options.check(dimensions: dimensions)
        return try share.getOrCreate(CollectionName.single, dimensions, options)
    }

    /// Makes an empty collection that lives as long as this object.
    public static func inMemory(
        dimensions: Int, options: VectorOptions = VectorOptions()
    ) throws(VectorDatabaseError) -> VectorDatabase {
        try options.check(dimensions: dimensions)
        let share: DatabaseShare
        do throws(DatabaseError) {
            share = try DatabaseShare.inMemory(DatabaseOptions())
        } catch {
            throw .storage(error.description)
        }
        return try share.getOrCreate(CollectionName.single, dimensions, options)
    }

    /// Lets go of the database; the last object that has it open closes it. Later calls throw
    /// `closed`; a second `close` does nothing. An object that goes away closes itself.
    public func close() throws(VectorDatabaseError) {
        do throws(DatabaseError) {
            try share.close()
        } catch {
            throw .storage(error.description)
        }
    }

    /// Closes all databases of this process that were opened here or through `VectorCollections`.
    /// For the end of a program that cannot name them.
    package static func closeAll() { DatabaseShare.closeAll() }

    // MARK: Inside

    /// The collection as it is now; throws when it is gone, also if there is another of its name.
    func current() throws(VectorDatabaseError) -> (Engine, CollectionSchema) {
        let engine = try share.engine
        guard let schema = engine.collection(table), schema.tableID == tableID else {
            throw .noCollection(name)
        }
        return (engine, schema)
    }

    func run<Operation: ReadOperation>(
        _ operation: Operation, on engine: Engine
    ) throws(VectorDatabaseError) -> Operation.Output {
        do throws(OperationError) {
            return try engine.run(operation)
        } catch {
            throw VectorDatabaseError(error, collection: name)
        }
    }

    func run<Operation: WriteOperation>(
        _ operation: Operation, on engine: Engine
    ) throws(VectorDatabaseError) -> Operation.Output {
        do throws(OperationError) {
            return try engine.run(operation)
        } catch {
            throw VectorDatabaseError(error, collection: name)
        }
    }
}

/// What is counted of the collections of one database. Thread-safe.
final class CollectionCounterBook: Sendable {
    private let counters = Mutex<[UInt32: CollectionCounters]>([:])

    func counters(of tableID: UInt32) -> CollectionCounters {
        counters.withLock { counters in
            if let found = counters[tableID] { return found }
            let made = CollectionCounters()
            counters[tableID] = made
            return made
        }
    }
}

/// What is counted of a collection since its database was opened.
final class CollectionCounters: Sendable {
    /// Vectors deleted and not yet compacted.
    let deletedCount = Atomic<Int>(0)
}
