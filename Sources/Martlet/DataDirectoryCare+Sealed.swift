// Looking after sealed indexes without their keys. What has a form is looked at (names, lengths,
// checksums of files and of the keyring); whether the bytes are those that were sealed, their key
// alone can tell. Nothing is ever changed: a record that was moved or removed would make the index one
// that its key refuses.

internal import Glibc
internal import MartletEngine
internal import MartletKeyValue
internal import MartletRocksDBStore
internal import MartletSealing
internal import MartletThreads

/// The indexes that a folder of encrypted indexes holds, or one of them by itself.
struct SealedIndexes: Sendable {
    struct Part: Sendable {
        /// In the folder, with a slash; empty for the folder itself.
        let prefix: String
        let directory: DataDirectory
    }

    let parts: [Part]
    /// What is wrong beside the indexes.
    let findings: [InvariantFinding]
    /// Of the folder of indexes; held until this goes.
    private let lock: Locked<DirectoryLock?>

    /// nil for a folder that holds nothing sealed. Locks what it finds.
    init?(_ path: String) throws(StorageError) {
        guard !Self.isCache(path) else {
            throw .foreignDirectory(
                path: path,
                detail: "it is a copy of a table's encrypted records, which is made again if it is "
                    + "not there")
        }
        if SealedFormCheck.isSealed(path) {
            let directory = try DataDirectory(path: path, createsIfMissing: false)
            parts = [Part(prefix: "", directory: directory)]
            findings = []
            lock = Locked(nil)
            return
        }
        guard EncryptedCatalog.isThere(path) else { return nil }
        lock = Locked(try DirectoryLock(directory: path, name: EncryptedClient.lockName))
        var parts: [Part] = []
        var findings: [InvariantFinding] = []
        for name in entryNames(in: path).sorted() where EncryptedClient.isIndexFolder(name) {
            do throws(StorageError) {
                let directory = try DataDirectory(
                    path: path + "/" + name, createsIfMissing: false)
                parts.append(Part(prefix: name + "/", directory: directory))
            } catch {
                guard case .foreignDirectory(_, let detail) = error else { throw error }
                findings.append(
                    InvariantFinding(
                        problem: .missingSealedPart, table: nil, index: nil, rowCount: 1,
                        file: name, detail: detail))
            }
        }
        if let problem = try EncryptedCatalog.formProblem(path) {
            findings.append(
                InvariantFinding(
                    problem: .malformedSealedFile, table: nil, index: nil, rowCount: 1,
                    file: EncryptedClient.catalogName, detail: problem))
        }
        self.parts = parts
        self.findings = findings
    }

    /// Whether what is there can only be opened with a key.
    static func isThere(_ path: String) -> Bool {
        SealedFormCheck.isSealed(path) || EncryptedCatalog.isThere(path) || isCache(path)
    }

    /// Whether it is a copy of sealed records in a table (EncryptedTable.swift).
    private static func isCache(_ path: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let names = Array(parts.reversed().drop { $0.isEmpty }.reversed())
        guard names.count > 1, names.last == "records" else { return false }
        return SealedFormCheck.isSealed(names.dropLast().joined(separator: "/"))
    }

    /// Verifies every checksum of the store's files, and the form of everything.
    func check(
        _ open: (DataDirectory) throws(StorageError) -> RocksDBStore,
        progress: @escaping @Sendable (Int) -> Void
    ) throws(StorageError) -> CheckReport {
        var report = CheckReport(findings: findings, rowCount: 0)
        for part in parts {
            report.sealedCount += 1
            do throws(StorageError) {
                let store = try open(part.directory)
                var check = SealedFormCheck(part.directory.path)
                let rowCount = report.rowCount
                try check.run(on: store) { progress(rowCount + $0) }
                try store.close()
                report.rowCount += check.recordCount
                report.findings += check.findings.map { finding in
                    InvariantFinding(finding, under: part.prefix)
                }
            } catch {
                guard var finding = InvariantFinding(damage: error) else { throw error }
                finding.file = part.prefix + (finding.file ?? "rows")
                report.findings.append(finding)
            }
        }
        return report
    }

    /// What is stored, by kind.
    func figures(
        _ open: (DataDirectory) throws(StorageError) -> RocksDBStore,
        progress: @escaping @Sendable (Int) -> Void
    ) throws(StorageError) -> DataDirectoryCare.Figures {
        var figures = DataDirectoryCare.Figures(
            inventory: StoreInventory(lines: []), diskBytes: 0, logBytes: 0, liveBytes: 0,
            pendingCompactionBytes: 0, writeStallCount: 0)
        var lines: [StoreInventory.Line] = []
        for part in parts {
            let store = try open(part.directory)
            var check = SealedFormCheck(part.directory.path)
            try check.run(on: store, progress: progress)
            for kind in check.kinds where kind.recordCount > 0 {
                var line = StoreInventory.Line(
                    kind: kind.name,
                    owner: part.prefix.isEmpty ? nil : String(part.prefix.dropLast()))
                let range = KeyRange.prefix([kind.prefix])
                line.rowCount = kind.recordCount
                line.liveBytes = kind.byteCount
                line.diskBytes = Int(clamping: try store.approximateSizeBytes(of: range))
                line.deadCount = max(0, try store.versions(in: range).count - kind.recordCount)
                lines.append(line)
            }
            let statistics = store.statistics
            try store.close()
            figures.diskBytes += Int(clamping: statistics.diskBytes)
            figures.logBytes += Int(clamping: statistics.logBytes)
            figures.liveBytes += Int(clamping: statistics.liveBytes)
            figures.pendingCompactionBytes += Int(clamping: statistics.pendingCompactionBytes)
        }
        // Lines of a kind are next to each other.
        let kinds = lines.map(\.kind)
        figures.inventory.lines = lines.sorted {
            (kinds.firstIndex(of: $0.kind)!, $0.owner ?? "")
                < (kinds.firstIndex(of: $1.kind)!, $1.owner ?? "")
        }
        return figures
    }
}

extension InvariantFinding {
    fileprivate init(_ finding: SealedFormCheck.Finding, under prefix: String) {
        let problem: Problem =
            switch (finding.problem, finding.file) {
            case (.missing, _): .missingSealedPart
            case (.malformed, "rows"): .malformedSealedRecord
            case (.malformed, _): .malformedSealedFile
            }
        self.init(
            problem: problem, table: nil, index: nil, rowCount: finding.count,
            file: prefix + finding.file, detail: finding.detail)
    }
}
