internal import MartletCatalog
package import MartletEngine
internal import MartletModel

/// What whoever calls must be allowed.
package struct CollectionNeed: Sendable {
    package enum Level: Sendable { case read, write, admin }

    package var level: Level
    /// nil: all tables, or any.
    package var table: TableName?
}

/// Answers calls on the collections of an engine: a server's side of `RemoteCollections`.
///
/// Thread safety: any thread may call; calls take as long as what they ask for.
package final class CollectionService: Sendable {
    private let share: DatabaseShare

    package init(_ engine: Engine) { share = .borrowing(engine) }

    /// - Returns: nil for what is no call.
    package static func need(of call: UnsafeRawBufferPointer) -> CollectionNeed? {
        var reader = CallReader(call)
        guard let head = try? reader.head() else { return nil }
        let level: CollectionNeed.Level =
            switch head.operation {
            // Makes a collection when it is told how many dimensions it has.
            case .open: ((try? reader.integer()) ?? 0) < 0 ? .read : .admin
            case .create, .getOrCreate, .delete, .setQuantized: .admin
            case .put, .update, .deleteRows, .compact: .write
            case .get, .list, .firstPresent, .read, .count, .ids, .find, .explain, .save, .stats,
                .deletedRows, .walksOnCodes:
                .read
            }
        return CollectionNeed(level: level, table: try? CollectionName.table(head.name))
    }

    package func answer(_ call: UnsafeRawBufferPointer) -> [UInt8] {
        var answer = CallWriter()
        do {
            answer.byte(0)
            var reader = CallReader(call)
            try perform(reader.head(), &reader, &answer)
        } catch {
            answer = CallWriter()
            answer.byte(1)
            answer.error(
                error as? VectorDatabaseError
                    ?? .invalidArgument("The server cannot read this call"))
        }
        return answer.bytes
    }

    // Untyped: what a call cannot be read for, and what the database says.
    private func perform(
        _ head: CallHead, _ call: inout CallReader, _ answer: inout CallWriter
    ) throws {
        switch head.operation {
        case .open:
            let (dimensions, options) = try call.options()
            answer.facts(try open(head.name, dimensions, options))
        case .create:
            let (dimensions, options) = try call.options()
            try options.check(dimensions: dimensions ?? 0)
            answer.facts(try share.create(head.name, dimensions ?? 0, options))
        case .getOrCreate:
            let (dimensions, options) = try call.options()
            answer.facts(try open(head.name, dimensions ?? 0, options))
        case .get:
            answer.facts(try collection(head))
        case .delete:
            answer.flag(try share.delete(head.name))
        case .list:
            let names = try share.collectionNames()
            answer.integer(names.count)
            for name in names { answer.text(name) }
        case .put:
            try put(collection(head), &call)
        case .firstPresent:
            let collection = try collection(head)
            let place = try collection.getMany(call.texts()).firstIndex { $0 != nil }
            answer.integer(place ?? -1)
        case .update:
            let id = try call.text()
            let vector = try call.flag() ? call.floats() : nil
            try collection(head).update(id, vector: vector, json: call.metadata())
        case .deleteRows:
            answer.integer(try collection(head).deleteMany(call.texts()))
        case .read:
            let rows = try collection(head).contents(of: call.texts())
            for row in rows {
                answer.flag(row != nil)
                if let row { answer.row(row) }
            }
        case .count:
            let filter = try call.flag() ? CollectionFilter(call.textBytes()) : nil
            answer.integer(try collection(head).count(matching: filter))
        case .ids:
            let ids = try collection(head).ids()
            answer.integer(ids.count)
            for id in ids { answer.text(id) }
        case .find:
            let collection = try collection(head)
            let search = try call.search()
            let queries = try call.queries()
            if queries.count == 1 {
                answer.matches(try collection.find(queries[0], search))
            } else {
                for found in try collection.findMany(queries, search) { answer.matches(found) }
            }
        case .explain:
            let search = try call.search()
            let query = try call.floats()
            let explanation = try collection(head).explanation(of: query, search)
            answer.flag(explanation.method == .graph)
            answer.flag(explanation.readCodes)
            answer.integer(explanation.comparedCount)
            answer.integer(explanation.matchingCount)
        case .save: try collection(head).save()
        case .compact: try collection(head).compact()
        case .setQuantized: try collection(head).setQuantized(call.flag())
        case .stats: answer.stats(try collection(head).stats())
        case .deletedRows: answer.integer(try collection(head).deletedCount)
        case .walksOnCodes: answer.flag(try collection(head).isQuantized)
        }
        try call.finish()
    }

    private func open(
        _ name: String, _ dimensions: Int?, _ options: VectorOptions
    ) throws(VectorDatabaseError) -> VectorDatabase {
        let isNamed = !name.isEmpty
        let found =
            isNamed
            ? try share.collection(name)
            : try share.onlyCollection(isNew: dimensions != nil)
        if let found { return found }
        guard let dimensions else {
            throw isNamed ? .noCollection(name) : .missingDimensions(path: "the server")
        }
        try options.check(dimensions: dimensions)
        return try share.getOrCreate(
            isNamed ? name : CollectionName.single, dimensions, options)
    }

    private func collection(_ head: CallHead) throws(VectorDatabaseError) -> VectorDatabase {
        guard let found = try share.collection(head.name),
            head.tableID == 0 || head.tableID == found.tableID
        else { throw .noCollection(head.name) }
        return found
    }

    private func put(_ collection: VectorDatabase, _ call: inout CallReader) throws {
        let replaces = try call.flag()
        let ids = try call.texts()
        let vectors = try call.floats()
        var metadata: [JSONMetadata?]?
        if try call.flag() {
            metadata = []
            for _ in ids { metadata!.append(try call.metadata()) }
        }
        try vectors.withUnsafeBufferPointer { vectors throws(VectorDatabaseError) in
            try collection.put(
                ids, rows: vectors, json: metadata, replaces: replaces, progress: nil)
        }
    }
}

extension CallWriter {
    fileprivate mutating func facts(_ collection: VectorDatabase) {
        integer(Int(collection.tableID))
        text(collection.name)
        integer(collection.dimensions)
        text(collection.metric.exportName)
    }

    fileprivate mutating func stats(_ stats: VectorStats) {
        integer(stats.vectorCount)
        integer(stats.deletedCount)
        integer(stats.layerCount)
        double(stats.averageDegree)
        integer(stats.maximumDegree)
        integer(stats.minimumDegree)
        integer(stats.vectorBytes)
        integer(stats.graphBytes)
        integer(stats.codeBytes)
        flag(stats.isScanned)
        flag(stats.isQuantized)
    }
}

extension CallReader {
    fileprivate mutating func queries() throws(CallFault) -> [[Float]] {
        var queries: [[Float]] = []
        for _ in 0..<(try count(ofAtLeast: 8)) { queries.append(try floats()) }
        return queries
    }
}
