// Rows column by column, in memory that stays where it is as long as the object lives: as Arrow has
// columns of texts (offsets of 32 bits, bytes), of vectors, and of what may be missing (a bit a row).

public import CMartletAPI
internal import Glibc
internal import Martlet
internal import MartletEngine

/// Bytes that grow, and do not move once they are done.
final class ByteColumn {
    private(set) var base: UnsafeMutableRawPointer
    private(set) var count = 0
    private var capacity: Int

    init(capacity: Int) {
        self.capacity = max(64, capacity)
        base = malloc(self.capacity)!
    }

    deinit { free(base) }

    func append(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress, bytes.count > 0 else { return }
        reserve(bytes.count)
        memcpy(base + count, start, bytes.count)
        count += bytes.count
    }

    func append<Value: BitwiseCopyable>(_ value: Value) {
        withUnsafeBytes(of: value) { append($0) }
    }

    private func reserve(_ more: Int) {
        guard count + more > capacity else { return }
        capacity = max(capacity * 2, count + more)
        base = realloc(base, capacity)!
    }
}

final class RowColumns {
    /// So much is in one batch, and a row more at most.
    private static let batchBytes = 4 << 20

    let ids = ByteColumn(capacity: 1 << 12)
    let idOffsets = ByteColumn(capacity: 1 << 12)
    let vectors = ByteColumn(capacity: 1 << 16)
    let metadata = ByteColumn(capacity: 1 << 12)
    let metadataOffsets = ByteColumn(capacity: 1 << 12)
    let hasMetadata = ByteColumn(capacity: 1 << 9)
    private(set) var count = 0
    private(set) var nullCount = 0

    /// - Returns: nil when there are no more rows.
    init?(from rows: any CollectionRows) throws(VectorDatabaseError) {
        idOffsets.append(Int32(0))
        metadataOffsets.append(Int32(0))
        var text: [UInt8] = []
        while ids.count + vectors.count + metadata.count < Self.batchBytes,
            let row = try rows.next()
        {
            row.id.withUTF8 { ids.append(UnsafeRawBufferPointer($0)) }
            idOffsets.append(Int32(ids.count))
            row.vector.withUnsafeBytes { vectors.append($0) }
            if count % 8 == 0 { hasMetadata.append(UInt8(0)) }
            if let values = row.metadata {
                text.removeAll(keepingCapacity: true)
                text.append(json: values, text: row.metadataText)
                text.withUnsafeBytes { metadata.append($0) }
                let byte = hasMetadata.base + count / 8
                byte.storeBytes(
                    of: byte.load(as: UInt8.self) | 1 << (count % 8), as: UInt8.self)
            } else {
                nullCount += 1
            }
            metadataOffsets.append(Int32(metadata.count))
            count += 1
        }
        if count == 0 { return nil }
    }
}

/// What a handle of rows stands for.
private final class RowsHandle {
    let rows: any CollectionRows

    init(_ rows: any CollectionRows) { self.rows = rows }
}

@c @implementation
public func martlet_rows_open(
    _ database: UnsafeMutableRawPointer?, _ out: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let database = try collection(database)
        let rows = try calling { () throws(VectorDatabaseError) in try database.rows() }
        out?.pointee = handle(RowsHandle(rows) as AnyObject)
    }
}

@c @implementation
public func martlet_rows_next(
    _ rows: UnsafeMutableRawPointer?, _ out: UnsafeMutablePointer<martlet_columns>?,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let rows = try object(rows, as: RowsHandle.self).rows
        let columns = try calling { () throws(VectorDatabaseError) in try RowColumns(from: rows) }
        out?.pointee = martlet_columns()
        guard let columns else { return }
        out?.pointee = martlet_columns(
            count: Int64(columns.count),
            id_offsets: UnsafePointer(columns.idOffsets.base.assumingMemoryBound(to: Int32.self)),
            ids: UnsafePointer(columns.ids.base.assumingMemoryBound(to: CChar.self)),
            vectors: UnsafePointer(columns.vectors.base.assumingMemoryBound(to: Float.self)),
            has_metadata: UnsafePointer(
                columns.hasMetadata.base.assumingMemoryBound(to: UInt8.self)),
            metadata_offsets: UnsafePointer(
                columns.metadataOffsets.base.assumingMemoryBound(to: Int32.self)),
            metadata: UnsafePointer(columns.metadata.base.assumingMemoryBound(to: CChar.self)),
            holder: handle(columns as AnyObject))
    }
}

@c @implementation
public func martlet_database_export_lines(
    _ database: UnsafeMutableRawPointer?, _ path: martlet_text,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let exchange = CollectionExchange(try collection(database))
        let path = try path.path
        try calling { () throws(VectorDatabaseError) in try exchange.exportJSONLines(to: path) }
    }
}

@c @implementation
public func martlet_database_import_lines(
    _ database: UnsafeMutableRawPointer?, _ path: martlet_text, _ progress: martlet_progress?,
    _ context: UnsafeMutableRawPointer?, _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let exchange = CollectionExchange(try collection(database))
        let path = try path.path
        let report = progress.map { progress in { (done: Int) in progress(Int64(done), context) } }
        try calling { () throws(VectorDatabaseError) in
            try exchange.importJSONLines(from: path, progress: report)
        }
    }
}
