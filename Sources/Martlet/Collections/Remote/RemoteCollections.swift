internal import Synchronization

/// Named collections of a server.
package final class RemoteCollections: CollectionsCalls {
    private let transport: any CallTransport
    private let isClosed = Atomic<Bool>(false)

    /// - Throws: `storage` when the server is not reached, or refuses.
    package init(_ transport: any CallTransport) throws(VectorDatabaseError) {
        self.transport = transport
        _ = try list()
    }

    private func checkOpen() throws(VectorDatabaseError) {
        if isClosed.load(ordering: .relaxed) { throw .closed }
    }

    package func create(
        _ name: String, dimensions: Int, options: VectorOptions
    ) throws(VectorDatabaseError) -> any CollectionCalls {
        try checkOpen()
        return try transport.opened(.create, name) {
            $0.options(dimensions: dimensions, options)
        }
    }

    package func get(_ name: String) throws(VectorDatabaseError) -> any CollectionCalls {
        try checkOpen()
        return try transport.opened(.get, name)
    }

    package func getOrCreate(
        _ name: String, dimensions: Int, options: VectorOptions
    ) throws(VectorDatabaseError) -> any CollectionCalls {
        try checkOpen()
        _ = try CollectionName.table(name)
        return try transport.opened(.getOrCreate, name) {
            $0.options(dimensions: dimensions, options)
        }
    }

    package func delete(_ name: String) throws(VectorDatabaseError) -> Bool {
        try checkOpen()
        return try transport.call(.delete, of: name) { reader throws(CallFault) in try reader.flag()
        }
    }

    package func list() throws(VectorDatabaseError) -> [String] {
        try checkOpen()
        return try transport.call(.list, of: "") { reader throws(CallFault) in try reader.texts() }
    }

    package func close() throws(VectorDatabaseError) {
        isClosed.store(true, ordering: .relaxed)
    }
}
