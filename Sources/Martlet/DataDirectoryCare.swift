// Looking after a data directory that no server has open: checks, repairs and figures. Each takes the
// directory's lock, so it is refused, with the holder's name, while somebody uses it.
//
// Sealed indexes are known, one by one or as a folder of them, and never changed: what can be said of
// them without a key is in DataDirectoryCare+Sealed.swift.
//
// A database of another program, of a later version, or none at all is refused as opening refuses it;
// none is made.

internal import Glibc
package import MartletEngine
internal import MartletKeyValue
internal import MartletRocksDBStore

package struct DataDirectoryCare {
    private static let memoryBudgetBytes = 128 << 20

    private enum Place {
        case plain(DataDirectory)
        case sealed(SealedIndexes)
    }

    private let place: Place

    /// Locks the directory until this goes.
    package init(path: String) throws(DatabaseError) {
        do throws(StorageError) {
            if let sealed = try SealedIndexes(path) {
                place = .sealed(sealed)
            } else {
                place = .plain(try DataDirectory(path: path, createsIfMissing: false))
            }
        } catch {
            throw DatabaseError(error)
        }
    }

    private func opened(_ directory: DataDirectory) throws(StorageError) -> RocksDBStore {
        var options = RocksDBOptions()
        options.memoryBudgetBytes = Self.memoryBudgetBytes
        return try RocksDBStore(directory: directory, options: options)
    }

    /// The store, after every checksum of its files was compared.
    private func verified(_ directory: DataDirectory) throws(StorageError) -> RocksDBStore {
        let store = try opened(directory)
        do throws(StorageError) {
            try store.verify()
            return store
        } catch {
            // Whoever repairs the files opens them anew.
            try? store.close()
            throw error
        }
    }

    // MARK: Checking

    /// Verifies every checksum and compares everything with everything else.
    ///
    /// - Parameter isDeep: whether streams, histories and vector files are compared with the items.
    package func check(
        isDeep: Bool, progress: @escaping @Sendable (Int) -> Void
    ) throws(DatabaseError) -> CheckReport {
        do throws(StorageError) {
            let directory: DataDirectory
            switch place {
            case .plain(let plain): directory = plain
            case .sealed(let sealed): return try sealed.check(verified, progress: progress)
            }
            let store: RocksDBStore
            do throws(StorageError) {
                store = try verified(directory)
            } catch {
                // What is in a damaged file cannot be compared with anything.
                guard let finding = InvariantFinding(damage: error) else { throw error }
                return CheckReport(findings: [finding], rowCount: 0)
            }
            var check = StoreCheck(isDeep: isDeep, vectorFolder: directory.vectorsPath)
            check.progress = progress
            let report = try check.run(on: store)
            try store.close()
            return report
        } catch {
            guard let finding = InvariantFinding(damage: error) else { throw DatabaseError(error) }
            return CheckReport(findings: [finding], rowCount: 0)
        }
    }

    // MARK: Repairing

    /// What a repair of the files did, before rows were looked at.
    package struct FileRepair: Sendable {
        package var finding: InvariantFinding
        /// Where the files are as they were.
        package var copyPath: String
        /// Rows that were taken out because their values, which are kept apart, cannot be read.
        package var lostValueCount: Int
    }

    /// Makes what can be made from the rest, and moves what cannot to the quarantine folder. Of sealed
    /// indexes only says what is wrong.
    package func repair() throws(DatabaseError) -> (files: FileRepair?, rows: RepairReport) {
        do throws(StorageError) {
            let directory: DataDirectory
            switch place {
            case .plain(let plain): directory = plain
            case .sealed(let sealed):
                let check = try sealed.check(verified, progress: { _ in })
                var report = RepairReport()
                report.found = check.findings
                report.remaining = check.findings
                report.sealedCount = check.sealedCount
                return (nil, report)
            }
            let folder = "\(directory.path)/quarantine/\(Self.timeText())"
            var files: FileRepair?
            let store: RocksDBStore
            do throws(StorageError) {
                store = try verified(directory)
            } catch {
                guard let finding = InvariantFinding(damage: error) else { throw error }
                let copy = folder + "/rows"
                try Self.copyRows(of: directory, to: copy)
                let lost = try RocksDBStore.repairLosingDamagedRows(in: directory)
                files = FileRepair(finding: finding, copyPath: copy, lostValueCount: lost)
                store = try opened(directory)
            }
            let report = try StoreRepair.run(
                on: store, vectorFolder: directory.vectorsPath, quarantineFolder: folder)
            try store.close()
            return (files, report)
        } catch {
            throw DatabaseError(error)
        }
    }

    /// Copies the store's files as they are, so that nothing of them is lost by what follows.
    private static func copyRows(
        of directory: DataDirectory, to target: String
    ) throws(StorageError) {
        var path = directory.path
        for name in target.dropFirst(directory.path.count + 1).split(separator: "/") {
            path += "/" + name
            if mkdir(path, 0o700) != 0, errno != EEXIST { throw failure("make", path) }
        }
        guard let names = try? fileNames(in: directory.rowsPath) else {
            throw failure("read", directory.rowsPath)
        }
        for name in names {
            var status = stat()
            let source = "\(directory.rowsPath)/\(name)"
            guard stat(source, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
            try copyFile(source, to: "\(target)/\(name)")
        }
        sync()
    }

    private static func copyFile(_ source: String, to target: String) throws(StorageError) {
        let from = open(source, O_RDONLY | O_CLOEXEC)
        guard from >= 0 else { throw failure("read", source) }
        defer { close(from) }
        let to = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard to >= 0 else { throw failure("make", target) }
        defer { close(to) }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = read(from, &buffer, buffer.count)
            guard count >= 0 else { throw failure("read", source) }
            if count == 0 { return }
            guard write(to, buffer, count) == count else { throw failure("write", target) }
        }
    }

    private static func failure(_ verb: String, _ path: String) -> StorageError {
        .inputOutput("cannot \(verb) \(path): \(String(cString: strerror(errno)))")
    }

    /// The second, in UTC, as folders are named: 20261120T101502Z.
    private static func timeText() -> String {
        var now = time(nil)
        var parts = tm()
        gmtime_r(&now, &parts)
        var text = [CChar](repeating: 0, count: 32)
        let count = strftime(&text, text.count, "%Y%m%dT%H%M%SZ", &parts)
        return String(decoding: text[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    // MARK: Figures

    package struct Figures: Sendable {
        package var inventory: StoreInventory
        package var diskBytes: Int
        package var logBytes: Int
        /// About what tables and blob files would take without dead rows.
        package var liveBytes: Int
        package var pendingCompactionBytes: Int
        package var writeStallCount: Int
    }

    /// What is in the directory, and what it takes. Reads every row, and every version of it.
    package func figures(
        progress: @escaping @Sendable (Int) -> Void
    ) throws(DatabaseError) -> Figures {
        do throws(StorageError) {
            let directory: DataDirectory
            switch place {
            case .plain(let plain): directory = plain
            case .sealed(let sealed): return try sealed.figures(opened, progress: progress)
            }
            let store = try opened(directory)
            let inventory = try StoreInventory(
                of: store, vectorFolder: directory.vectorsPath,
                apartFrom: RocksDBOptions().blobThresholdBytes,
                versions: { (range) throws(StorageError) in try store.versions(in: range) },
                progress: progress)
            let statistics = store.statistics
            try store.close()
            return Figures(
                inventory: inventory, diskBytes: Int(clamping: statistics.diskBytes),
                logBytes: Int(clamping: statistics.logBytes),
                liveBytes: Int(clamping: statistics.liveBytes),
                pendingCompactionBytes: Int(clamping: statistics.pendingCompactionBytes),
                writeStallCount: Int(clamping: statistics.writeStallCount))
        } catch {
            throw DatabaseError(error)
        }
    }
}

extension InvariantFinding {
    /// A damaged file of the store; nil for an error of another kind.
    init?(damage error: StorageError) {
        guard case .corruption(let file, let offset, let detail) = error else { return nil }
        let place = offset.map { " at byte \($0)" } ?? ""
        self.init(
            problem: .damagedFile, table: nil, index: nil, rowCount: 1,
            file: file.map { "rows/\($0)" } ?? "rows", detail: detail + place)
    }
}
