// One row as a JSON object: {"id":"a","vector":[1.0,0.5],"metadata":{…}}. Numbers are the shortest
// texts that read back as the same floats; `metadata` is left out where there are none, and may be
// null where it is read. Other members are passed over.

internal import MartletEngine

extension PlainJSONWriter {
    mutating func write(_ row: VectorRowContent) {
        open("{")
        newline()
        name("id")
        string(row.id)
        raw(",")
        newline()
        name("vector")
        open("[")
        for (position, element) in row.vector.enumerated() {
            if position > 0 { raw(",") }
            newline()
            float(element)
        }
        close("]", isEmpty: false)
        if let metadata = row.metadata {
            raw(",")
            newline()
            name("metadata")
            json(metadata, text: row.metadataText)
        }
        close("}", isEmpty: false)
    }
}

extension PlainJSONReader {
    /// Reads a row; its vector is appended.
    mutating func row(
        into vectors: inout [Float]
    ) throws(JSONFault) -> (id: String, metadata: JSONMetadata?) {
        var id: String?
        var metadata: JSONMetadata?
        var hasVector = false
        try members { name, reader throws(JSONFault) in
            switch name.string {
            case "id":
                guard reader.peek() == UInt8(ascii: "\"") else {
                    throw reader.fault("an id is no text")
                }
                id = try reader.string().string
            case "vector":
                if hasVector { throw reader.fault("a row has two vectors") }
                hasVector = true
                try reader.elements { reader throws(JSONFault) in
                    vectors.append(try reader.float())
                }
            case "metadata":
                if try reader.takeNull() { return }
                guard reader.peek() == UInt8(ascii: "{") else {
                    throw reader.fault("metadata are no object")
                }
                let text = try reader.text()
                metadata = try text.span.withUnsafeBytes { text throws(JSONFault) in
                    try JSONMetadata(text)
                }
            default: _ = try reader.value()
            }
        }
        guard let id, hasVector else { throw fault("a row lacks its id or its vector") }
        return (id, metadata)
    }
}
