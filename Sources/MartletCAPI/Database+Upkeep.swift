public import CMartletAPI
internal import Martlet

@c @implementation
public func martlet_database_save(
    _ database: UnsafeMutableRawPointer?, _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let database = try collection(database)
        try calling { () throws(VectorDatabaseError) in try database.save() }
    }
}

@c @implementation
public func martlet_database_compact(
    _ database: UnsafeMutableRawPointer?, _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let database = try collection(database)
        try calling { () throws(VectorDatabaseError) in try database.compact() }
    }
}

@c @implementation
public func martlet_database_set_quantized(
    _ database: UnsafeMutableRawPointer?, _ is_on: Int32,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let database = try collection(database)
        try calling { () throws(VectorDatabaseError) in
            try database.setQuantized(is_on != 0)
        }
    }
}

@c @implementation
public func martlet_database_get_stats(
    _ database: UnsafeMutableRawPointer?, _ out: UnsafeMutablePointer<martlet_database_stats>?,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let database = try collection(database)
        let stats = try calling { () throws(VectorDatabaseError) in try database.stats() }
        // The codes that a large index has by itself are part of its graph.
        let graphBytes = stats.graphBytes + (stats.isQuantized ? 0 : stats.codeBytes)
        out?.pointee = martlet_database_stats(
            vector_count: Int64(stats.vectorCount), deleted_count: Int64(stats.deletedCount),
            layer_count: Int64(stats.layerCount), average_degree: stats.averageDegree,
            maximum_degree: Int64(stats.maximumDegree), minimum_degree: Int64(stats.minimumDegree),
            vector_bytes: Int64(stats.vectorBytes), graph_bytes: Int64(graphBytes),
            code_bytes: Int64(stats.isQuantized ? stats.codeBytes : 0),
            is_scanned: stats.isScanned ? 1 : 0,
            is_quantized: stats.isQuantized ? 1 : 0)
    }
}

@c @implementation
public func martlet_database_deleted_count(
    _ database: UnsafeMutableRawPointer?, _ out: UnsafeMutablePointer<Int64>?,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let database = try collection(database)
        out?.pointee = Int64(
            try calling { () throws(VectorDatabaseError) in try database.deletedRows() })
    }
}

@c @implementation
public func martlet_database_is_quantized(
    _ database: UnsafeMutableRawPointer?, _ out: UnsafeMutablePointer<Int32>?,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let database = try collection(database)
        let isQuantized = try calling { () throws(VectorDatabaseError) in
            try database.walksOnCodes()
        }
        out?.pointee = isQuantized ? 1 : 0
    }
}

@c @implementation
public func martlet_database_export_json(
    _ database: UnsafeMutableRawPointer?, _ path: martlet_text, _ is_pretty: Int32,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let database = try collection(database)
        let path = try path.path
        try calling { () throws(VectorDatabaseError) in
            try CollectionExchange(database).exportJSON(to: path, isPretty: is_pretty != 0)
        }
    }
}

@c @implementation
public func martlet_database_import_json(
    _ database: UnsafeMutableRawPointer?, _ path: martlet_text, _ progress: martlet_progress?,
    _ context: UnsafeMutableRawPointer?, _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let database = try collection(database)
        let path = try path.path
        let report = progress.map { progress in { (done: Int) in progress(Int64(done), context) } }
        try calling { () throws(VectorDatabaseError) in
            try CollectionExchange(database).importJSON(from: path, progress: report)
        }
    }
}
