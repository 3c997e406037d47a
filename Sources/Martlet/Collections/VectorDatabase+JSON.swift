// A collection as one JSON text:
//
//   {"version":1,"dim":2,"metric":"cosine",
//    "vectors":[{"id":"a","vector":[1.0,0.5],"metadata":{…}},…]}
//
// `metadata` is left out where there are none. Metrics: cosine, euclidean, dot_product.

internal import Glibc
internal import MartletModel
internal import MartletVectors

extension VectorDatabase {
    private static let version = 1

    /// Writes all vectors, as of one moment, to a file; one that is there is replaced once the new
    /// one is whole.
    ///
    /// - Parameter isPretty: on many lines, indented by two spaces.
    /// - Throws: `file` when it cannot be written.
    public func exportJSON(to path: String, isPretty: Bool = false) throws(VectorDatabaseError) {
        let temporary = path + ".new"
        guard let file = fopen(temporary, "w") else { throw Self.failure(path) }
        var hasFailed = false
        var writer = PlainJSONWriter(isPretty: isPretty)
        func flush() {
            let written = writer.bytes.withUnsafeBytes {
                $0.isEmpty ? 0 : fwrite($0.baseAddress!, 1, $0.count, file)
            }
            if written != writer.bytes.count { hasFailed = true }
            writer.removeAll()
        }
        writer.open("{")
        writer.newline()
        writer.name("version")
        writer.raw("\(Self.version),")
        writer.newline()
        writer.name("dim")
        writer.raw("\(dimensions),")
        writer.newline()
        writer.name("metric")
        writer.string(Text(metric.exportName))
        writer.raw(",")
        writer.newline()
        writer.name("vectors")
        writer.open("[")
        var isFirst = true
        do throws(VectorDatabaseError) {
            try forEach { record in
                if !isFirst { writer.raw(",") }
                isFirst = false
                writer.newline()
                writer.write(record)
                if writer.bytes.count > 1 << 18 { flush() }
                return !hasFailed
            }
        } catch {
            fclose(file)
            unlink(temporary)
            throw error
        }
        writer.close("]", isEmpty: isFirst)
        writer.close("}", isEmpty: false)
        flush()
        if fflush(file) != 0 || fsync(fileno(file)) != 0 { hasFailed = true }
        if fclose(file) != 0 { hasFailed = true }
        if hasFailed || rename(temporary, path) != 0 {
            let failure = Self.failure(path)
            unlink(temporary)
            throw failure
        }
    }

    /// Adds or replaces all vectors of a file that `exportJSON` wrote. Its metric is ignored.
    ///
    /// - Parameter progress: told now and then how many rows are written, on the calling thread.
    /// - Throws: `file` when it cannot be read, is no such file (with the offset), or is of a version
    ///   that is not known; `dimensionMismatch`. Nothing is changed then.
    public func importJSON(
        from path: String, progress: ((Int) -> Void)? = nil
    ) throws(VectorDatabaseError) {
        let bytes = try Self.read(path)
        var ids: [String] = []
        var vectors: [Float] = []
        var metadata: [Metadata?] = []
        var version: Int?
        var mismatch: VectorDatabaseError?
        do throws(JSONFault) {
            try bytes.span.withUnsafeBytes { bytes throws(JSONFault) in
                var reader = PlainJSONReader(bytes)
                try reader.members { name, reader throws(JSONFault) in
                    switch name.string {
                    case "version":
                        version = try reader.number().integer ?? 0
                        if version != Self.version { throw reader.fault("an unknown version") }
                    case "dim":
                        let actual = try reader.number().integer ?? 0
                        if actual != dimensions {
                            mismatch = .dimensionMismatch(expected: dimensions, actual: actual)
                        }
                    case "vectors":
                        try reader.elements { reader throws(JSONFault) in
                            let count = vectors.count
                            let row = try reader.row(into: &vectors)
                            if vectors.count - count != dimensions, mismatch == nil {
                                mismatch = .dimensionMismatch(
                                    expected: dimensions, actual: vectors.count - count)
                            }
                            ids.append(row.id)
                            metadata.append(row.metadata)
                        }
                    default: _ = try reader.value()
                    }
                }
                try reader.finish()
                if version == nil { throw reader.fault("there is no version") }
            }
        } catch {
            throw .file(path: path, detail: "\(error.text), at byte \(error.offset)")
        }
        if let mismatch { throw mismatch }
        try vectors.withUnsafeBufferPointer { vectors throws(VectorDatabaseError) in
            try upsertMany(ids, rows: vectors, metadata: metadata, progress: progress)
        }
    }

    private static func failure(_ path: String) -> VectorDatabaseError {
        .file(path: path, detail: String(cString: strerror(errno)))
    }

    private static func read(_ path: String) throws(VectorDatabaseError) -> [UInt8] {
        guard let file = fopen(path, "r") else { throw failure(path) }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = fread(&piece, 1, piece.count, file)
            bytes.append(contentsOf: piece[..<count])
            if count < piece.count { break }
        }
        if ferror(file) != 0 { throw failure(path) }
        return bytes
    }
}

extension Metric {
    fileprivate var exportName: String {
        switch self {
        case .cosine: "cosine"
        case .euclidean: "euclidean"
        case .dotProduct: "dot_product"
        }
    }
}

extension PlainJSONWriter {
    fileprivate mutating func write(_ record: VectorRecord) {
        open("{")
        newline()
        name("id")
        string(Text(record.id))
        raw(",")
        newline()
        name("vector")
        open("[")
        for (position, element) in record.vector.enumerated() {
            if position > 0 { raw(",") }
            newline()
            float(element)
        }
        close("]", isEmpty: false)
        if let metadata = record.metadata {
            raw(",")
            newline()
            name("metadata")
            value(.map(metadata))
        }
        close("}", isEmpty: false)
    }
}

extension PlainJSONReader {
    /// Reads a row; its vector is appended.
    fileprivate mutating func row(
        into vectors: inout [Float]
    ) throws(JSONFault) -> (id: String, metadata: Metadata?) {
        var id: String?
        var metadata: Metadata?
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
                guard case .map(let map) = try reader.value() else {
                    throw reader.fault("metadata are no object")
                }
                metadata = map
            default: _ = try reader.value()
            }
        }
        guard let id, hasVector else { throw fault("a row lacks its id or its vector") }
        return (id, metadata)
    }
}
