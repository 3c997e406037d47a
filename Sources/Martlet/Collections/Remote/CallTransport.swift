/// Carries calls to a server. Thread safety: any thread may call.
package protocol CallTransport: Sendable {
    /// Where the server is, for messages.
    var place: String { get }

    /// Sends a call and waits for the answer.
    ///
    /// - Throws: `storage` when there is none; whether the call was carried out is not known then.
    func exchange(_ call: [UInt8]) throws(VectorDatabaseError) -> [UInt8]
}

extension CallTransport {
    /// Makes a call, and reads what it answers.
    func call<Result>(
        _ operation: CollectionOperation, of name: String, tableID: UInt32 = 0,
        _ arguments: (inout CallWriter) -> Void = { _ in },
        _ read: (inout CallReader) throws(CallFault) -> Result
    ) throws(VectorDatabaseError) -> Result {
        var writer = CallWriter(CallHead(operation: operation, tableID: tableID, name: name))
        arguments(&writer)
        let answer = try exchange(writer.bytes)
        let result: Swift.Result<Result, VectorDatabaseError>
        do throws(CallFault) {
            result = try answer.span.withUnsafeBytes { bytes throws(CallFault) in
                var reader = CallReader(bytes)
                if try reader.flag() { return .failure(try reader.error()) }
                let value = try read(&reader)
                try reader.finish()
                return .success(value)
            }
        } catch {
            throw .storage(
                "\(place) does not answer as this version of Martlet expects. "
                    + "Use the same version on both sides.")
        }
        return try result.get()
    }

    /// A collection that a call answers.
    func opened(
        _ operation: CollectionOperation, _ name: String,
        _ arguments: (inout CallWriter) -> Void = { _ in }
    ) throws(VectorDatabaseError) -> RemoteCollection {
        try call(operation, of: name, arguments) { reader throws(CallFault) in
            let tableID = UInt32(truncatingIfNeeded: try reader.integer())
            let name = try reader.text()
            let dimensions = try reader.integer()
            let metric = try reader.metric()
            guard dimensions > 0 else { throw CallFault() }
            return RemoteCollection(
                self, tableID: tableID, name: name, dimensions: dimensions, metric: metric)
        }
    }
}
