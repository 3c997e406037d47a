public import CMartletAPI
internal import Martlet

@c @implementation
public func martlet_client_open(
    _ path: martlet_text, _ is_async: Int32,
    _ out: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        try checkProcess()
        let path = try path.path
        var options = DatabaseOptions()
        options.durability = is_async != 0 ? .async : .sync
        out?.pointee = handle(
            try calling { () throws(VectorDatabaseError) in
                LocalCollections(try VectorCollections.open(at: path, database: options))
            })
    }
}

@c @implementation
public func martlet_client_close(
    _ client: UnsafeMutableRawPointer?, _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let client = try collections(client)
        try calling { () throws(VectorDatabaseError) in try client.close() }
    }
}

@c @implementation
public func martlet_client_create(
    _ client: UnsafeMutableRawPointer?, _ name: martlet_text,
    _ options: UnsafePointer<martlet_database_options>?,
    _ out: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let client = try collections(client)
        let given = options!.pointee
        let vectorOptions = try given.options()
        out?.pointee = handle(
            try calling { () throws(VectorDatabaseError) in
                try client.create(
                    name.string, dimensions: Int(given.dimensions), options: vectorOptions)
            })
    }
}

@c @implementation
public func martlet_client_get(
    _ client: UnsafeMutableRawPointer?, _ name: martlet_text,
    _ out: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let client = try collections(client)
        out?.pointee = handle(
            try calling { () throws(VectorDatabaseError) in try client.get(name.string) })
    }
}

@c @implementation
public func martlet_client_get_or_create(
    _ client: UnsafeMutableRawPointer?, _ name: martlet_text,
    _ options: UnsafePointer<martlet_database_options>?,
    _ out: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let client = try collections(client)
        let given = options!.pointee
        let vectorOptions = try given.options()
        out?.pointee = handle(
            try calling { () throws(VectorDatabaseError) in
                try client.getOrCreate(
                    name.string, dimensions: Int(given.dimensions), options: vectorOptions)
            })
    }
}

@c @implementation
public func martlet_client_delete(
    _ client: UnsafeMutableRawPointer?, _ name: martlet_text, _ out: UnsafeMutablePointer<Int32>?,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let client = try collections(client)
        let wasThere = try calling { () throws(VectorDatabaseError) in
            try client.delete(name.string)
        }
        out?.pointee = wasThere ? 1 : 0
    }
}

@c @implementation
public func martlet_client_list(
    _ client: UnsafeMutableRawPointer?, _ out: UnsafeMutablePointer<martlet_texts>?,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let client = try collections(client)
        let names = try calling { () throws(VectorDatabaseError) in try client.list() }
        var block = TextBlock()
        for name in names { block.append(Text(name)) }
        out?.pointee = block.texts
    }
}
