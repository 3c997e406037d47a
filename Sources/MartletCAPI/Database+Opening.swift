public import CMartletAPI
internal import Martlet

extension martlet_database_options {
    /// - Throws: for the metric's name, first of all.
    func options() throws(Failure) -> VectorOptions {
        var options = VectorOptions()
        if !metric.isNone {
            switch metric.string {
            case "cosine": options.metric = .cosine
            case "euclidean", "l2": options.metric = .euclidean
            case "dot_product", "dot": options.metric = .dotProduct
            case let name:
                throw Failure(
                    MARTLET_INVALID,
                    "Unknown metric \"\(name)\": use cosine, euclidean, l2, dot_product or dot.")
            }
        }
        if m >= 0 { options.m = Int(m) }
        if ef_construction >= 0 { options.efConstruction = Int(ef_construction) }
        options.isQuantized = is_quantized != 0
        return options
    }

    var databaseOptions: DatabaseOptions {
        var options = DatabaseOptions()
        options.durability = is_async != 0 ? .async : .sync
        return options
    }
}

@c @implementation
public func martlet_database_open(
    _ path: martlet_text, _ options: UnsafePointer<martlet_database_options>?,
    _ out: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        try checkProcess()
        let given = options!.pointee
        let vectorOptions = try given.options()
        let path = try path.path
        let dimensions = given.dimensions < 0 ? nil : Int(given.dimensions)
        out?.pointee = handle(
            try calling { () throws(VectorDatabaseError) in
                try VectorDatabase.open(
                    at: path, dimensions: dimensions, options: vectorOptions,
                    database: given.databaseOptions)
            })
    }
}

@c @implementation
public func martlet_database_close(
    _ database: UnsafeMutableRawPointer?, _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let database = try collection(database)
        try calling { () throws(VectorDatabaseError) in try database.close() }
    }
}

@c @implementation
public func martlet_database_get_facts(
    _ database: UnsafeMutableRawPointer?, _ facts: UnsafeMutablePointer<martlet_database_facts>?,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let database = try collection(database)
        let metric: StaticString =
            switch database.metric {
            case .cosine: "cosine"
            case .euclidean: "euclidean"
            case .dotProduct: "dot_product"
            }
        facts?.pointee = martlet_database_facts(
            dimensions: Int64(database.dimensions),
            metric: UnsafeRawPointer(metric.utf8Start).assumingMemoryBound(to: CChar.self))
    }
}
