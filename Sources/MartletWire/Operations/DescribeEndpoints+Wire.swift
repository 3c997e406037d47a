/// DescribeEndpoints: where to send requests, which is where this one was sent. Only the server
/// knows that address, so the operation has no part in the engine.
package enum DescribeEndpoints {
    /// How long clients may remember the address. It is AWS's figure.
    private static let cacheMinutes = 1440

    /// Checks the body, which has no members that mean anything.
    package static func decode(_ body: UnsafeBufferPointer<UInt8>) throws(WireError) {
        try readBody(body) { reader, progress throws(WireError) in
            while try reader.nextMember(&progress) != nil { try reader.skipValue() }
        }
    }

    /// - Parameter address: host and port as the client named them.
    package static func encode(address: String, into writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("Endpoints")
        writer.beginArray()
        writer.beginObject()
        writer.member("Address")
        writer.string(address)
        writer.member("CachePeriodInMinutes")
        writer.integer(cacheMinutes)
        writer.endObject()
        writer.endArray()
        writer.endObject()
    }
}
