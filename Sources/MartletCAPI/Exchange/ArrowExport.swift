// A database as a stream of Arrow's C data interface. What is handed out is not copied: a batch's
// arrays point into its `RowColumns`, which the last of them lets go of.
//
// The interface's rules: a structure is released once, by its `release`, which sets that to null. Who
// takes a structure over, a child also, copies it and sets the `release` of the original to null; so
// each has what it needs by itself. A parent's `release` releases the children that are left, and
// frees the room of all of them.

public import CMartletAPI
internal import Glibc
internal import Martlet

// MARK: Children

private protocol ArrowStructure {
    init()
    /// Unless that was done, or who took it over will.
    static func release(_ structure: UnsafeMutablePointer<Self>)
}

extension ArrowArray: ArrowStructure {
    static func release(_ structure: UnsafeMutablePointer<ArrowArray>) {
        structure.pointee.release?(structure)
    }
}

extension ArrowSchema: ArrowStructure {
    static func release(_ structure: UnsafeMutablePointer<ArrowSchema>) {
        structure.pointee.release?(structure)
    }
}

/// The room of a structure's children.
private final class ArrowChildren<Structure: ArrowStructure> {
    let base: UnsafeMutablePointer<UnsafeMutablePointer<Structure>?>
    private let count: Int

    init(count: Int) {
        base = .allocate(capacity: max(1, count))
        for place in 0..<count {
            let child = UnsafeMutablePointer<Structure>.allocate(capacity: 1)
            child.initialize(to: Structure())
            (base + place).initialize(to: child)
        }
        self.count = count
    }

    deinit {
        for place in 0..<count {
            let child = base[place]!
            Structure.release(child)
            child.deallocate()
        }
        base.deallocate()
    }
}

// MARK: Arrays

/// What one array needs as long as it lives.
private final class ArrayOwner {
    let columns: RowColumns
    let buffers: UnsafeMutablePointer<UnsafeRawPointer?>
    let children: ArrowChildren<ArrowArray>

    init(_ columns: RowColumns, _ buffers: [UnsafeRawPointer?], childCount: Int) {
        self.columns = columns
        self.buffers = .allocate(capacity: max(1, buffers.count))
        for (place, buffer) in buffers.enumerated() {
            (self.buffers + place).initialize(to: buffer)
        }
        children = ArrowChildren(count: childCount)
    }

    deinit { buffers.deallocate() }
}

/// Makes an array whose children are still to be made.
private func fill(
    _ array: UnsafeMutablePointer<ArrowArray>, _ columns: RowColumns, length: Int,
    nullCount: Int = 0, _ buffers: [UnsafeRawPointer?], childCount: Int = 0
) {
    let owner = ArrayOwner(columns, buffers, childCount: childCount)
    array.pointee = ArrowArray(
        length: Int64(length), null_count: Int64(nullCount), offset: 0,
        n_buffers: Int64(buffers.count), n_children: Int64(childCount), buffers: owner.buffers,
        children: childCount == 0 ? nil : owner.children.base, dictionary: nil,
        release: { array in
            guard let array, array.pointee.release != nil else { return }
            array.pointee.release = nil
            Unmanaged<ArrayOwner>.fromOpaque(array.pointee.private_data!).release()
        },
        private_data: Unmanaged.passRetained(owner).toOpaque())
}

private func fill(
    _ array: UnsafeMutablePointer<ArrowArray>, with columns: RowColumns, dimensions: Int
) {
    let count = columns.count
    fill(array, columns, length: count, [nil], childCount: 3)
    let children = array.pointee.children!
    fill(
        children[0]!, columns, length: count,
        [nil, UnsafeRawPointer(columns.idOffsets.base), UnsafeRawPointer(columns.ids.base)])
    fill(children[1]!, columns, length: count, [nil], childCount: 1)
    fill(
        children[1]!.pointee.children![0]!, columns, length: count * dimensions,
        [nil, UnsafeRawPointer(columns.vectors.base)])
    fill(
        children[2]!, columns, length: count, nullCount: columns.nullCount,
        [
            UnsafeRawPointer(columns.hasMetadata.base),
            UnsafeRawPointer(columns.metadataOffsets.base),
            UnsafeRawPointer(columns.metadata.base),
        ])
}

// MARK: Schema

private final class SchemaOwner {
    let format: UnsafeMutablePointer<CChar>
    let name: UnsafeMutablePointer<CChar>
    let children: ArrowChildren<ArrowSchema>

    init(_ format: String, _ name: String, childCount: Int) {
        self.format = strdup(format)
        self.name = strdup(name)
        children = ArrowChildren(count: childCount)
    }

    deinit {
        free(format)
        free(name)
    }
}

private func fill(
    _ schema: UnsafeMutablePointer<ArrowSchema>, _ format: String, _ name: String,
    isNullable: Bool = false, childCount: Int = 0
) {
    let owner = SchemaOwner(format, name, childCount: childCount)
    schema.pointee = ArrowSchema(
        format: owner.format, name: owner.name, metadata: nil,
        flags: isNullable ? Int64(ARROW_FLAG_NULLABLE) : 0, n_children: Int64(childCount),
        children: childCount == 0 ? nil : owner.children.base, dictionary: nil,
        release: { schema in
            guard let schema, schema.pointee.release != nil else { return }
            schema.pointee.release = nil
            Unmanaged<SchemaOwner>.fromOpaque(schema.pointee.private_data!).release()
        },
        private_data: Unmanaged.passRetained(owner).toOpaque())
}

private func fill(_ schema: UnsafeMutablePointer<ArrowSchema>, dimensions: Int) {
    fill(schema, "+s", "", childCount: 3)
    let children = schema.pointee.children!
    fill(children[0]!, "u", "id")
    fill(children[1]!, "+w:\(dimensions)", "vector", childCount: 1)
    fill(children[1]!.pointee.children![0]!, "f", "item")
    fill(children[2]!, "u", "metadata", isNullable: true)
}

// MARK: Stream

private final class StreamOwner {
    let rows: any CollectionRows
    let dimensions: Int
    var lastError: UnsafeMutablePointer<CChar>?

    init(_ rows: any CollectionRows, dimensions: Int) {
        self.rows = rows
        self.dimensions = dimensions
    }

    func note(_ error: String) {
        free(lastError)
        lastError = strdup(error)
    }

    deinit { free(lastError) }

    static func of(_ stream: UnsafeMutablePointer<ArrowArrayStream>?) -> StreamOwner {
        Unmanaged<StreamOwner>.fromOpaque(stream!.pointee.private_data!).takeUnretainedValue()
    }
}

@c @implementation
public func martlet_database_export_arrow(
    _ database: UnsafeMutableRawPointer?, _ out: UnsafeMutablePointer<ArrowArrayStream>?,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let database = try collection(database)
        let rows = try calling { () throws(VectorDatabaseError) in try database.rows() }
        let owner = StreamOwner(rows, dimensions: database.dimensions)
        out!.pointee = ArrowArrayStream(
            get_schema: { stream, out in
                fill(out!, dimensions: StreamOwner.of(stream).dimensions)
                return 0
            },
            get_next: { stream, out in
                let owner = StreamOwner.of(stream)
                if martlet_is_forked() != 0 {
                    owner.note("The stream was opened before this process was forked.")
                    return EINVAL
                }
                do throws(VectorDatabaseError) {
                    if let columns = try RowColumns(from: owner.rows) {
                        fill(out!, with: columns, dimensions: owner.dimensions)
                    } else {
                        // The end is an array that is released.
                        out!.pointee = ArrowArray()
                    }
                    return 0
                } catch {
                    owner.note(error.description)
                    return EIO
                }
            },
            get_last_error: { stream in UnsafePointer(StreamOwner.of(stream).lastError) },
            release: { stream in
                guard let stream, stream.pointee.release != nil else { return }
                stream.pointee.release = nil
                Unmanaged<StreamOwner>.fromOpaque(stream.pointee.private_data!).release()
            },
            private_data: Unmanaged.passRetained(owner).toOpaque())
    }
}
