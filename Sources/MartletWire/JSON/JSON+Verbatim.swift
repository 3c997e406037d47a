// JSON that passes through unread: an item that is only copied keeps every byte it has.

extension JSONReader {
    /// Reads past one value of any kind, checking it.
    /// - Returns: its bytes, in the input.
    package mutating func readVerbatim() throws(WireError) -> UnsafeBufferPointer<UInt8> {
        skipWhitespace()
        let start = position
        try skipValue()
        return UnsafeBufferPointer(start: base + start, count: position - start)
    }
}

extension JSONWriter {
    /// JSON as the next entry, written as it is. The caller knows that it is well-formed.
    package mutating func verbatim(_ json: UnsafeBufferPointer<UInt8>) {
        guard let start = json.baseAddress else { return }
        reserve(json.count + 1)
        writeComma()
        UnsafeMutableRawPointer(buffer + count).copyMemory(from: start, byteCount: json.count)
        advance(by: json.count)
    }

    package mutating func verbatim(_ json: [UInt8]) {
        json.withUnsafeBufferPointer { verbatim($0) }
    }
}
