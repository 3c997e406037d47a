// What a store holds, by kind and by table, as `martlet stats` shows it. Reads every row.

internal import MartletCatalog
internal import MartletEncoding
package import MartletKeyValue
internal import MartletVectors

package struct StoreInventory: Sendable {
    /// Rows of one kind under one owner.
    package struct Line: Sendable, Equatable {
        /// The key space's name: `item`, `indexRow`, …
        package var kind: String
        /// A table's name, an index's behind a dot, a backup's behind `backup`; nil for rows of all.
        package var owner: String?
        package var rowCount = 0
        /// Bytes of keys and values of rows that are there.
        package var liveBytes = 0
        /// About what they take on the disk, compressed, with older versions of them and deleted ones
        /// that have not been cleared away.
        package var diskBytes = 0
        /// Versions of rows that were overwritten or deleted and still take space; nil when the store
        /// cannot tell.
        package var deadCount: Int?
        package var deadBytes: Int?
        /// Live bytes of values that the store keeps apart.
        var apartBytes = 0

        package init(kind: String, owner: String? = nil) {
            self.kind = kind
            self.owner = owner
        }
    }

    /// Counts the versions of all rows in a range, and their bytes without values kept apart.
    package typealias VersionCounter =
        @Sendable (KeyRange) throws(StorageError) -> (count: Int, bytes: Int)

    /// A file of a vector index.
    package struct VectorFile: Sendable, Equatable {
        package var owner: String
        package var live = 0
        /// Slots of vectors that are gone, and of none.
        package var dead = 0
    }

    package var lines: [Line] = []
    package var vectorFiles: [VectorFile] = []

    /// By kind, over all owners.
    package var kinds: [Line] {
        var kinds: [Line] = []
        for line in lines {
            if kinds.last?.kind != line.kind { kinds.append(Line(kind: line.kind)) }
            kinds[kinds.count - 1].rowCount += line.rowCount
            kinds[kinds.count - 1].liveBytes += line.liveBytes
            kinds[kinds.count - 1].diskBytes += line.diskBytes
            if let count = line.deadCount, let bytes = line.deadBytes {
                kinds[kinds.count - 1].deadCount = (kinds[kinds.count - 1].deadCount ?? 0) + count
                kinds[kinds.count - 1].deadBytes = (kinds[kinds.count - 1].deadBytes ?? 0) + bytes
            }
        }
        return kinds
    }

    /// Of what somebody else counted.
    package init(lines: [Line]) { self.lines = lines }

    /// - Parameters:
    ///   - apartFrom: values at least so long are kept apart by the store.
    ///   - versions: nil when the store has no versions.
    package init(
        of store: any KeyValueStore, vectorFolder: String? = nil, apartFrom: Int = .max,
        versions: VersionCounter? = nil, progress: @escaping @Sendable (Int) -> Void = { _ in }
    ) throws(StorageError) {
        let directory = try TableDirectory(reading: store)
        var owners: [UInt32: String] = [:]
        for backup in directory.backups.values {
            owners[backup.rowsID] = "backup \(backup.label) of \(backup.table.name)"
        }
        for table in directory.tables.values.map(\.definition) {
            owners[table.id] = table.name.description
            for index in table.indexes { owners[index.id] = "\(table.name).\(index.name)" }
            for index in table.vectorIndexes {
                owners[index.id] = "\(table.name).\(index.name)"
                guard let vectorFolder else { continue }
                add(VectorFiles(folder: vectorFolder, indexID: index.id), index, of: table)
            }
        }
        let rows = CountedReading(try store.snapshot(), progress: progress)
        let cursor = try rows.cursor(over: .all, .forward)
        var prefix: [UInt8] = []
        while let (key, value) = try cursor.next() {
            if prefix.isEmpty || !key.starts(with: prefix) || Self.prefix(of: key) != prefix {
                try measure(prefix, store, versions)
                prefix = Self.prefix(of: key)
                let space = key.first.flatMap(KeySpace.init(rawValue:))
                let id = prefix.dropFirst().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
                lines.append(
                    Line(
                        kind: space.map { "\($0)" } ?? "unknown",
                        owner: prefix.count < 5 ? nil : owners[id] ?? "id \(id)"))
            }
            lines[lines.count - 1].rowCount += 1
            lines[lines.count - 1].liveBytes += key.count + value.count
            if value.count >= apartFrom { lines[lines.count - 1].apartBytes += value.count }
        }
        try measure(prefix, store, versions)
    }

    private mutating func measure(
        _ prefix: [UInt8], _ store: any KeyValueStore, _ versions: VersionCounter?
    ) throws(StorageError) {
        guard !prefix.isEmpty, !lines.isEmpty else { return }
        lines[lines.count - 1].diskBytes = Int(
            clamping: try store.approximateSizeBytes(of: .prefix(prefix)))
        guard let all = try versions?(.prefix(prefix)) else { return }
        let line = lines[lines.count - 1]
        lines[lines.count - 1].deadCount = max(0, all.count - line.rowCount)
        lines[lines.count - 1].deadBytes = max(
            0, all.bytes - (line.liveBytes - line.apartBytes))
    }

    private mutating func add(
        _ files: VectorFiles, _ index: VectorIndexDefinition, of table: TableDefinition
    ) {
        guard let file = try? IndexFile(path: files.path),
            let checkpoint = try? VectorCheckpoint(file, of: index)
        else { return }
        let statistics = checkpoint.graph.statistics
        vectorFiles.append(
            VectorFile(
                owner: "\(table.name).\(index.name)", live: statistics.live,
                dead: statistics.masked + statistics.free))
    }

    /// Space and id, or the space alone where rows of all owners are mixed.
    private static func prefix(of key: [UInt8]) -> [UInt8] {
        guard let space = key.first.flatMap(KeySpace.init(rawValue:)), key.count >= 5 else {
            return Array(key.prefix(1))
        }
        switch space {
        case .catalog, .transactionToken, .stream, .transfer, .backup, .copy:
            return [space.rawValue]
        default: return Array(key.prefix(5))
        }
    }
}
