public import CMartletAPI
internal import Glibc
internal import Martlet
internal import MartletEngine

@c @implementation
public func martlet_database_get(
    _ database: UnsafeMutableRawPointer?, _ id: martlet_text,
    _ vector: UnsafeMutablePointer<Float>?,
    _ metadata: UnsafeMutablePointer<martlet_text>?, _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let database = try collection(database)
        let record = try calling { () throws(VectorDatabaseError) in try database.row(id.string) }
        precondition(record.vector.count == database.dimensions)
        vector?.update(from: record.vector, count: record.vector.count)
        metadata?.pointee = martlet_text(bytes: nil, count: 0)
        if let map = record.metadata {
            var bytes: [UInt8] = []
            bytes.append(json: map, text: record.metadataText)
            let copy = malloc(bytes.count)!
            memcpy(copy, bytes, bytes.count)
            metadata?.pointee = martlet_text(
                bytes: copy.assumingMemoryBound(to: CChar.self), count: Int64(bytes.count))
        }
    }
}

@c @implementation
public func martlet_database_contains(
    _ database: UnsafeMutableRawPointer?, _ id: martlet_text, _ out: UnsafeMutablePointer<Int32>?,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let database = try collection(database)
        let isThere = try calling { () throws(VectorDatabaseError) in
            try database.contains(id.string)
        }
        out?.pointee = isThere ? 1 : 0
    }
}

@c @implementation
public func martlet_database_count(
    _ database: UnsafeMutableRawPointer?, _ filter: martlet_text,
    _ out: UnsafeMutablePointer<Int64>?, _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let database = try collection(database)
        let filter = try filter.collectionFilter
        let count = try calling { () throws(VectorDatabaseError) in
            try database.count(matching: filter)
        }
        out?.pointee = Int64(count)
    }
}

@c @implementation
public func martlet_database_ids(
    _ database: UnsafeMutableRawPointer?, _ out: UnsafeMutablePointer<martlet_texts>?,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let database = try collection(database)
        let ids = try calling { () throws(VectorDatabaseError) in try database.ids() }
        var block = TextBlock()
        for id in ids { block.append(Text(id)) }
        out?.pointee = block.texts
    }
}

@c @implementation
public func martlet_database_search(
    _ database: UnsafeMutableRawPointer?, _ query: UnsafePointer<Float>?,
    _ search: UnsafePointer<martlet_search>?, _ out: UnsafeMutablePointer<martlet_hits>?,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let database = try collection(database)
        let search = search!.pointee
        let query = UnsafeBufferPointer(start: query, count: database.dimensions)
        let wanted = try search.search
        let results = try calling { () throws(VectorDatabaseError) in
            try database.find(Array(query), wanted)
        }
        out?.pointee = martlet_hits(results)
    }
}

@c @implementation
public func martlet_database_search_many(
    _ database: UnsafeMutableRawPointer?, _ queries: UnsafePointer<Float>?, _ count: Int64,
    _ search: UnsafePointer<martlet_search>?, _ out: UnsafeMutablePointer<martlet_hits>?,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let database = try collection(database)
        let search = search!.pointee
        let width = database.dimensions
        let queries = (0..<Int(count)).map { place in
            Array(UnsafeBufferPointer(start: queries! + place * width, count: width))
        }
        let wanted = try search.search
        let results = try calling { () throws(VectorDatabaseError) in
            try database.findMany(queries, wanted)
        }
        for (place, found) in results.enumerated() { out![place] = martlet_hits(found) }
    }
}

@c @implementation
public func martlet_database_explain(
    _ database: UnsafeMutableRawPointer?, _ query: UnsafePointer<Float>?,
    _ search: UnsafePointer<martlet_search>?, _ out: UnsafeMutablePointer<martlet_explanation>?,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let database = try collection(database)
        let search = search!.pointee
        let query = UnsafeBufferPointer(start: query, count: database.dimensions)
        let wanted = try search.search
        let explanation = try calling { () throws(VectorDatabaseError) in
            try database.explanation(of: Array(query), wanted)
        }
        out?.pointee = martlet_explanation(
            used_graph: explanation.method == .graph ? 1 : 0,
            read_codes: explanation.readCodes ? 1 : 0,
            compared_count: Int64(explanation.comparedCount),
            matching_count: Int64(explanation.matchingCount))
    }
}

extension martlet_search {
    fileprivate var search: CollectionSearch {
        get throws(Failure) {
            CollectionSearch(
                k: Int(k), ef: ef < 0 ? nil : Int(ef), filter: try filter.collectionFilter,
                maximumDistance: maximum_distance == .infinity ? nil : maximum_distance,
                isExact: is_exact != 0)
        }
    }
}

extension martlet_hits {
    /// One block of `malloc`: the hits, and behind them their texts.
    fileprivate init(_ results: [FindVectors.Match]) {
        var block = TextBlock()
        for result in results {
            block.append(result.id)
            if let metadata = result.metadata {
                block.append(json: metadata, text: result.metadataText)
            }
        }
        let headBytes = results.count * MemoryLayout<martlet_hit>.stride
        let memory = malloc(max(1, headBytes + block.byteCount))!
        let hits = memory.bindMemory(to: martlet_hit.self, capacity: results.count)
        for (place, result) in results.enumerated() {
            hits[place] = martlet_hit(
                id: martlet_text(), metadata: martlet_text(), distance: result.distance)
        }
        var place = 0
        var isMetadata = false
        block.place(at: (memory + headBytes).assumingMemoryBound(to: CChar.self)) { _, text in
            if isMetadata { hits[place].metadata = text } else { hits[place].id = text }
            isMetadata = !isMetadata && results[place].metadata != nil
            if !isMetadata { place += 1 }
        }
        self.init(hits: hits, count: Int64(results.count))
    }
}
