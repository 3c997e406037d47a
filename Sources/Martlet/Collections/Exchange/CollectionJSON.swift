// A collection as one JSON text:
//
//   {"version":1,"dim":2,"metric":"cosine",
//    "vectors":[{"id":"a","vector":[1.0,0.5],"metadata":{…}},…]}
//
// `metadata` is left out where there are none. Metrics: cosine, euclidean, dot_product.

internal import Glibc
internal import MartletVectors

/// The exports and imports of one collection.
package struct CollectionExchange {
    let collection: any CollectionCalls

    package init(_ collection: any CollectionCalls) { self.collection = collection }
}

extension CollectionExchange {
    private static let version = 1
    /// So much is written at once.
    static let pieceBytes = 1 << 18

    /// See `VectorDatabase.exportJSON`.
    package func exportJSON(
        to path: String, isPretty: Bool
    ) throws(VectorDatabaseError) {
        var file = try WholeFile(path)
        let rows = try collection.rows()
        var writer = PlainJSONWriter(isPretty: isPretty)
        writer.open("{")
        writer.newline()
        writer.name("version")
        writer.raw("\(Self.version),")
        writer.newline()
        writer.name("dim")
        writer.raw("\(collection.dimensions),")
        writer.newline()
        writer.name("metric")
        writer.string(Text(collection.metric.exportName))
        writer.raw(",")
        writer.newline()
        writer.name("vectors")
        writer.open("[")
        var isFirst = true
        while let row = try rows.next() {
            if !isFirst { writer.raw(",") }
            isFirst = false
            writer.newline()
            writer.write(row)
            if writer.bytes.count > Self.pieceBytes {
                guard file.write(writer.bytes) else { break }
                writer.removeAll()
            }
        }
        writer.close("]", isEmpty: isFirst)
        writer.close("}", isEmpty: false)
        _ = file.write(writer.bytes)
        try file.finish()
    }

    /// See `VectorDatabase.importJSON`.
    package func importJSON(
        from path: String, progress: ((Int) -> Void)?
    ) throws(VectorDatabaseError) {
        let dimensions = collection.dimensions
        let bytes = try Self.read(path)
        var ids: [String] = []
        var vectors: [Float] = []
        var metadata: [JSONMetadata?] = []
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
            try collection.put(
                ids, rows: vectors, json: metadata, replaces: true, progress: progress)
        }
    }

    private static func read(_ path: String) throws(VectorDatabaseError) -> [UInt8] {
        guard let file = fopen(path, "r") else { throw WholeFile.failure(path, errno) }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = fread(&piece, 1, piece.count, file)
            bytes.append(contentsOf: piece[..<count])
            if count < piece.count { break }
        }
        if ferror(file) != 0 { throw WholeFile.failure(path, errno) }
        return bytes
    }
}

extension Metric {
    /// As files and servers name it.
    var exportName: String {
        switch self {
        case .cosine: "cosine"
        case .euclidean: "euclidean"
        case .dotProduct: "dot_product"
        }
    }
}
