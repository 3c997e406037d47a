// Rows of an Arrow stream. A batch is a structure whose members are the columns. Ids are texts;
// vectors are lists of numbers, of one size or each its own; metadata are JSON texts, or structures,
// whose missing members are left out. Other columns are passed over, whatever their type.

public import CMartletAPI
internal import Glibc
internal import Martlet

/// The columns of rows, in one batch.
private struct RowBatch {
    let count: Int
    private let ids: ArrowColumn
    private let vectors: ArrowColumn
    private let metadata: ArrowColumn?

    init(
        _ schema: UnsafePointer<ArrowSchema>, _ array: UnsafePointer<ArrowArray>,
        _ names: martlet_arrow_names
    ) throws(VectorDatabaseError) {
        count = Int(array.pointee.length)
        func column(_ wanted: String) throws(VectorDatabaseError) -> ArrowColumn? {
            for place in 0..<Int(schema.pointee.n_children) {
                let child = schema.pointee.children[place]!
                guard let name = child.pointee.name, String(cString: name) == wanted else {
                    continue
                }
                return try ArrowColumn(child, array.pointee.children[place]!)
            }
            return nil
        }
        func needed(_ name: martlet_text) throws(VectorDatabaseError) -> ArrowColumn {
            guard let column = try column(name.string) else {
                throw .invalidArgument("There is no column \"\(name.string)\"")
            }
            return column
        }
        guard String(cString: schema.pointee.format) == "+s" else {
            throw .invalidArgument("A stream of tables is needed, not of single columns")
        }
        ids = try needed(names.id)
        vectors = try needed(names.vector)
        if names.metadata.isNone {
            metadata = nil
        } else if names.needs_metadata != 0 {
            metadata = try needed(names.metadata)
        } else {
            metadata = try column(names.metadata.string)
        }
    }

    func id(_ row: Int) throws(VectorDatabaseError) -> String {
        guard !ids.isNull(row) else { throw .invalidArgument("An id is missing") }
        let (column, place) = ids.resolved(row)
        guard let bytes = column.text(place) else {
            throw .invalidArgument("The column \"\(ids.name)\" of ids has no texts")
        }
        guard let id = String(validating: bytes, as: UTF8.self) else {
            throw .invalidArgument("An id is not UTF-8")
        }
        return id
    }

    func append(
        _ row: Int, of id: String, to numbers: inout [Float], dimensions: Int
    ) throws(VectorDatabaseError) {
        guard !vectors.isNull(row) else {
            throw .invalidArgument("The vector of \"\(id)\" is missing")
        }
        guard let range = vectors.elements(row) else {
            throw .invalidArgument("The column \"\(vectors.name)\" of vectors has no lists")
        }
        guard range.count == dimensions else {
            throw .dimensionMismatch(expected: dimensions, actual: range.count)
        }
        let elements = vectors.children[0]
        if let floats = elements.floats(range) {
            numbers.append(contentsOf: floats)
            return
        }
        for place in range {
            guard !elements.isNull(place), let number = elements.float(place) else {
                throw .invalidArgument(
                    "The vector of \"\(id)\" has an element that is missing or no number")
            }
            numbers.append(number)
        }
    }

    func metadata(_ row: Int, of id: String) throws(VectorDatabaseError) -> JSONMetadata? {
        guard let metadata, !metadata.isNull(row) else { return nil }
        do throws(JSONFault) {
            let (column, place) = metadata.resolved(row)
            if let text = column.text(place) { return try JSONMetadata(text) }
            guard case .structure = column.kind else {
                throw JSONFault(text: "neither JSON nor a structure", offset: 0)
            }
            var json: [UInt8] = []
            try json.append(column, place)
            return try json.span.withUnsafeBytes { json throws(JSONFault) in
                try JSONMetadata(json)
            }
        } catch {
            throw .invalidArgument("\"\(id)\": Metadata cannot be kept: \(error.text)")
        }
    }
}

extension [UInt8] {
    /// Appends an element of a column as JSON.
    fileprivate mutating func append(
        _ column: ArrowColumn, _ place: Int
    ) throws(JSONFault) {
        if column.isNull(place) { return append(contentsOf: "null".utf8) }
        let (column, place) = column.resolved(place)
        if let text = column.text(place) {
            append(jsonText: String(decoding: text, as: UTF8.self))
        } else if let integer = column.integer(place) {
            append(contentsOf: integer.utf8)
        } else if let decimal = column.decimal(place) {
            guard decimal.isFinite else {
                throw JSONFault(text: "a number is infinite or not a number", offset: 0)
            }
            append(contentsOf: decimal.text.utf8)
        } else if let range = column.elements(place) {
            append(UInt8(ascii: "["))
            for element in range {
                if element > range.lowerBound { append(UInt8(ascii: ",")) }
                try append(column.children[0], element)
            }
            append(UInt8(ascii: "]"))
        } else if case .structure = column.kind {
            append(UInt8(ascii: "{"))
            let member = column.member(place)
            var isFirst = true
            for child in column.children where !child.isNull(member) {
                if !isFirst { append(UInt8(ascii: ",")) }
                isFirst = false
                append(jsonText: child.name)
                append(UInt8(ascii: ":"))
                try append(child, member)
            }
            append(UInt8(ascii: "}"))
        } else {
            append(contentsOf: (column.boolean(place) ? "true" : "false").utf8)
        }
    }
}

/// Gives the batches of a stream to `body`.
private func forEachBatch(
    of stream: UnsafeMutablePointer<ArrowArrayStream>, _ names: martlet_arrow_names,
    _ body: (RowBatch) throws(VectorDatabaseError) -> Void
) throws(VectorDatabaseError) {
    func check(_ code: Int32) throws(VectorDatabaseError) {
        guard code != 0 else { return }
        let text = stream.pointee.get_last_error(stream).map { String(cString: $0) }
        throw .invalidArgument(
            "The Arrow stream failed: \(text ?? String(cString: strerror(code)))")
    }
    var schema = ArrowSchema()
    try check(stream.pointee.get_schema(stream, &schema))
    defer { schema.release?(&schema) }
    while true {
        var array = ArrowArray()
        try check(stream.pointee.get_next(stream, &array))
        if array.release == nil { return }
        defer { array.release?(&array) }
        guard array.n_children == schema.n_children, array.offset == 0 else {
            throw .invalidArgument("An array of Arrow is not as its schema says")
        }
        try body(try RowBatch(&schema, &array, names))
    }
}

@c @implementation
public func martlet_database_import_arrow(
    _ database: UnsafeMutableRawPointer?, _ stream: UnsafeMutablePointer<ArrowArrayStream>?,
    _ names: UnsafePointer<martlet_arrow_names>?, _ progress: martlet_progress?,
    _ context: UnsafeMutableRawPointer?, _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let database = try collection(database)
        var done = 0
        try calling { () throws(VectorDatabaseError) in
            try forEachBatch(of: stream!, names!.pointee) { batch throws(VectorDatabaseError) in
                var ids: [String] = []
                var vectors: [Float] = []
                var metadata: [JSONMetadata?] = []
                ids.reserveCapacity(batch.count)
                vectors.reserveCapacity(batch.count * database.dimensions)
                for row in 0..<batch.count {
                    let id = try batch.id(row)
                    ids.append(id)
                    try batch.append(
                        row, of: id, to: &vectors, dimensions: database.dimensions)
                    metadata.append(try batch.metadata(row, of: id))
                }
                let start = done
                try vectors.withUnsafeBufferPointer { vectors throws(VectorDatabaseError) in
                    try database.put(
                        ids, rows: vectors, json: metadata, replaces: true,
                        progress: progress.map { progress in
                            { progress(Int64(start + $0), context) }
                        })
                }
                done += batch.count
            }
        }
    }
}
