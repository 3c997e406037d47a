// A collection as JSON Lines: a row a line, as RowJSON.swift has it, and nothing else. Empty lines
// are passed over. Neither direction holds more than some thousand rows in memory.

internal import Glibc

extension CollectionExchange {
    /// So much of a file is imported in one step.
    private static let stepBytes = 16 << 20

    /// See `VectorDatabase.exportJSONLines`.
    package func exportJSONLines(to path: String) throws(VectorDatabaseError) {
        var file = try WholeFile(path)
        let rows = try collection.rows()
        var writer = PlainJSONWriter(isPretty: false)
        while let row = try rows.next() {
            writer.write(row)
            writer.raw("\n")
            if writer.bytes.count > Self.pieceBytes {
                guard file.write(writer.bytes) else { break }
                writer.removeAll()
            }
        }
        _ = file.write(writer.bytes)
        try file.finish()
    }

    /// See `VectorDatabase.importJSONLines`.
    package func importJSONLines(
        from path: String, progress: ((Int) -> Void)?
    ) throws(VectorDatabaseError) {
        // What can be read twice is looked at before anything is changed.
        var status = stat()
        guard stat(path, &status) == 0 else { throw WholeFile.failure(path, errno) }
        if status.st_mode & S_IFMT == S_IFREG {
            try forEachStep(of: path) { _, _, _ throws(VectorDatabaseError) in }
        }
        var done = 0
        try forEachStep(of: path) { ids, vectors, metadata throws(VectorDatabaseError) in
            let start = done
            try vectors.withUnsafeBufferPointer { vectors throws(VectorDatabaseError) in
                try collection.put(
                    ids, rows: vectors, json: metadata, replaces: true,
                    progress: progress.map { progress in { progress(start + $0) } })
            }
            done += ids.count
        }
    }

    /// Reads a file, and gives its rows to `body`, many at a time.
    private func forEachStep(
        of path: String,
        _ body: ([String], [Float], [JSONMetadata?]) throws(VectorDatabaseError) -> Void
    ) throws(VectorDatabaseError) {
        guard let file = fopen(path, "r") else { throw WholeFile.failure(path, errno) }
        defer { fclose(file) }
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(line) }
        var lineNumber = 0
        var stepBytes = 0
        var ids: [String] = []
        var vectors: [Float] = []
        var metadata: [JSONMetadata?] = []
        while true {
            errno = 0
            let count = getline(&line, &capacity, file)
            if count < 0 { break }
            lineNumber += 1
            let before = vectors.count
            do throws(JSONFault) {
                var reader = PlainJSONReader(UnsafeRawBufferPointer(start: line, count: count))
                if reader.peek() == nil { continue }
                let row = try reader.row(into: &vectors)
                try reader.finish()
                ids.append(row.id)
                metadata.append(row.metadata)
            } catch {
                throw .file(
                    path: path,
                    detail: "\(error.text), in line \(lineNumber) at byte \(error.offset)")
            }
            guard vectors.count - before == collection.dimensions else {
                throw .dimensionMismatch(
                    expected: collection.dimensions, actual: vectors.count - before)
            }
            stepBytes += count
            if stepBytes > Self.stepBytes {
                try body(ids, vectors, metadata)
                ids.removeAll(keepingCapacity: true)
                vectors.removeAll(keepingCapacity: true)
                metadata.removeAll(keepingCapacity: true)
                stepBytes = 0
            }
        }
        if ferror(file) != 0 { throw WholeFile.failure(path, errno) }
        if !ids.isEmpty { try body(ids, vectors, metadata) }
    }
}
