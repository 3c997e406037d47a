public import CMartletAPI
internal import Martlet

@c @implementation
public func martlet_database_put(
    _ database: UnsafeMutableRawPointer?, _ rows: UnsafePointer<martlet_rows>?, _ replaces: Int32,
    _ progress: martlet_progress?, _ context: UnsafeMutableRawPointer?,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let database = try collection(database)
        let rows = rows!.pointee
        let count = Int(rows.count)
        let ids = (0..<count).map { rows.ids[$0].string }
        var metadata: [JSONMetadata?]?
        if let texts = rows.metadata {
            var all: [JSONMetadata?] = []
            all.reserveCapacity(count)
            for position in 0..<count {
                do throws(Failure) {
                    all.append(try texts[position].metadata)
                } catch {
                    throw Failure(error.code, "\"\(ids[position])\": \(error.message)")
                }
            }
            metadata = all
        }
        let vectors = UnsafeBufferPointer(start: rows.vectors, count: count * database.dimensions)
        let report = progress.map { progress in { (done: Int) in progress(Int64(done), context) } }
        try calling { () throws(VectorDatabaseError) in
            try database.put(
                ids, rows: vectors, json: metadata, replaces: replaces != 0, progress: report)
        }
    }
}

@c @implementation
public func martlet_database_update(
    _ database: UnsafeMutableRawPointer?, _ id: martlet_text, _ vector: UnsafePointer<Float>?,
    _ metadata: martlet_text, _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let database = try collection(database)
        let vector = vector.map {
            Array(UnsafeBufferPointer(start: $0, count: database.dimensions))
        }
        let metadata = try metadata.metadata
        try calling { () throws(VectorDatabaseError) in
            try database.update(id.string, vector: vector, json: metadata)
        }
    }
}

@c @implementation
public func martlet_database_delete(
    _ database: UnsafeMutableRawPointer?, _ ids: UnsafePointer<martlet_text>?, _ count: Int64,
    _ out: UnsafeMutablePointer<Int64>?, _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let database = try collection(database)
        let ids = (0..<Int(count)).map { ids![$0].string }
        out?.pointee = Int64(
            try calling { () throws(VectorDatabaseError) in try database.deleteMany(ids) })
    }
}
