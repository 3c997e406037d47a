internal import MartletCatalog
internal import MartletEngine
internal import MartletKeyValue
internal import MartletModel

/// Named collections in one folder.
///
/// Each is a table of one database. Tables that were made over the wire are collections, too, if
/// their key is one text and they have a vector index without a HASH attribute.
///
/// Names are letters, digits, `-` and `_`. Thread safety: every method may be called from any
/// thread.
public final class VectorCollections: Sendable {
    private let share: DatabaseShare

    private init(_ share: DatabaseShare) { self.share = share }

    /// Opens the collections in a folder, which is made if there is nothing.
    ///
    /// - Throws: `storage`, as `VectorDatabase.open`.
    public static func open(
        at path: String, database options: DatabaseOptions = DatabaseOptions()
    ) throws(VectorDatabaseError) -> VectorCollections {
        do throws(DatabaseError) {
            return VectorCollections(
                try DatabaseShare.open(at: path, creates: true, options)!)
        } catch {
            throw VectorDatabaseError(opening: error)
        }
    }

    /// Collections that live as long as this object and those that it gave.
    public static func inMemory() throws(VectorDatabaseError) -> VectorCollections {
        do throws(DatabaseError) {
            return VectorCollections(try DatabaseShare.inMemory(DatabaseOptions()))
        } catch {
            throw .storage(error.description)
        }
    }

    /// The collections of a database that is open and that its owner closes.
    public init(in database: Database) { share = .borrowing(database) }

    /// Makes a collection. It is there at once, for everybody.
    ///
    /// - Throws: `collectionExists`, `invalidName`, `invalidArgument`.
    public func create(
        _ name: String, dimensions: Int, options: VectorOptions = VectorOptions()
    ) throws(VectorDatabaseError) -> VectorDatabase {
        try options.check(dimensions: dimensions)
        return try share.create(name, dimensions, options)
    }

    /// - Throws: `noCollection`, `invalidName`.
    public func get(_ name: String) throws(VectorDatabaseError) -> VectorDatabase {
        guard let found = try share.collection(name) else { throw .noCollection(name) }
        return found
    }

    /// The collection of this name as it is, or a new one.
    public func getOrCreate(
        _ name: String, dimensions: Int, options: VectorOptions = VectorOptions()
    ) throws(VectorDatabaseError) -> VectorDatabase {
        if let found = try share.collection(name) { return found }
        try options.check(dimensions: dimensions)
        return try share.getOrCreate(name, dimensions, options)
    }

    /// Deletes a collection with all that is in it. Objects that have it open throw `noCollection`
    /// from then on.
    ///
    /// - Returns: whether there was one.
    @discardableResult
    public func delete(_ name: String) throws(VectorDatabaseError) -> Bool {
        try share.delete(name)
    }

    /// The collections' names, sorted by their bytes.
    public func list() throws(VectorDatabaseError) -> [String] {
        try share.collectionNames()
    }

    /// Lets go of the folder; see `VectorDatabase.close`. Collections that are open stay so.
    public func close() throws(VectorDatabaseError) {
        do throws(DatabaseError) {
            try share.close()
        } catch {
            throw .storage(error.description)
        }
    }
}

extension DatabaseShare {
    /// A share of its own in the same database.
    func another() throws(VectorDatabaseError) -> DatabaseShare {
        _ = try engine
        return duplicate()
    }

    func collection(_ name: String) throws(VectorDatabaseError) -> VectorDatabase? {
        let table = try CollectionName.table(name)
        guard let schema = try engine.collection(table) else { return nil }
        return VectorDatabase(try another(), schema, name: name)
    }

    func collectionNames() throws(VectorDatabaseError) -> [String] {
        let directory = try engine.directory
        return directory.names.compactMap { name -> Text? in
            guard CollectionSchema(directory.tables[name]!) != nil else { return nil }
            return CollectionName.collection(name).map { Text($0) }
        }.sorted().map(\.string)
    }

    /// The collection that a folder of one has.
    ///
    /// - Parameter isNew: whether one can be made if there is none of the usual name.
    func onlyCollection(isNew: Bool) throws(VectorDatabaseError) -> VectorDatabase? {
        if let found = try collection(CollectionName.single) { return found }
        if isNew { return nil }
        let names = try collectionNames()
        return names.count == 1 ? try collection(names[0]) : nil
    }

    /// - Returns: whether there was one.
    func delete(_ name: String) throws(VectorDatabaseError) -> Bool {
        let table = try CollectionName.table(name)
        let engine = try engine
        guard engine.collection(table) != nil else { return false }
        do throws(OperationError) {
            _ = try engine.run(DeleteTable(table: table))
            return true
        } catch {
            if case .resourceNotFound = error { return false }
            throw VectorDatabaseError(error, collection: name)
        }
    }

    func create(
        _ name: String, _ dimensions: Int, _ options: VectorOptions
    ) throws(VectorDatabaseError) -> VectorDatabase {
        let table = try CollectionName.table(name)
        var tuning = VectorTuning()
        tuning.m = options.m
        tuning.efConstruction = options.efConstruction
        tuning.codes = options.codes
        tuning.codeUse = options.isQuantized ? .always : .large
        tuning.residence = options.residence
        let request = CollectionSchema.request(
            table, dimensions: dimensions, distance: options.metric, tuning: tuning)
        do throws(OperationError) {
            _ = try engineUnlessClosed().run(CreateTable(request))
        } catch {
            throw VectorDatabaseError(error, collection: name)
        }
        guard let made = try collection(name) else { throw .noCollection(name) }
        return made
    }

    func getOrCreate(
        _ name: String, _ dimensions: Int, _ options: VectorOptions
    ) throws(VectorDatabaseError) -> VectorDatabase {
        do throws(VectorDatabaseError) {
            return try create(name, dimensions, options)
        } catch {
            if case .collectionExists = error, let found = try collection(name) { return found }
            throw error
        }
    }

    private func engineUnlessClosed() throws(OperationError) -> Engine {
        do throws(VectorDatabaseError) {
            return try engine
        } catch {
            throw .storage(.closed)
        }
    }
}
