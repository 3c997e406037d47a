// Checks the files of vector indexes against the rows. A file may be missing or behind: what it
// lacks is in later lines of the journal. But what it holds must be whole and of this store, and,
// looked at deeply, its graph must be sound and its vectors those of the items.

internal import MartletCatalog
internal import MartletEncoding
internal import MartletIndexes
internal import MartletKeyValue
internal import MartletModel
internal import MartletVectors

struct VectorFileCheck {
    let rows: any KeyValueReadable
    /// Of all indexes.
    let folder: String
    let isDeep: Bool

    /// What is wrong with the files of a table's indexes.
    func findings(of table: TableDefinition) throws(StorageError) -> [InvariantFinding] {
        var findings: [InvariantFinding] = []
        for index in table.vectorIndexes {
            let files = VectorFiles(folder: folder, indexID: index.id)
            // A sealed file is somebody's whose key it takes to say more.
            guard files.exists, !files.isSealed else { continue }
            for problem in try problems(of: index, in: table, files) {
                findings.append(
                    InvariantFinding(
                        problem: problem.kind, table: table.name, index: index.name,
                        rowCount: problem.count, file: "vectors/\(index.id)/graph",
                        detail: problem.detail))
            }
        }
        return findings
    }

    private struct Fault {
        var kind: InvariantFinding.Problem
        var count = 1
        var detail: String?
    }

    private func problems(
        of index: VectorIndexDefinition, in table: TableDefinition, _ files: VectorFiles
    ) throws(StorageError) -> [Fault] {
        let checkpoint: VectorCheckpoint
        do throws(VectorError) {
            checkpoint = try VectorCheckpoint(IndexFile(path: files.path), of: index)
        } catch {
            return [Fault(kind: .unreadableVectorFile, detail: error.placeText)]
        }
        let state = checkpoint.state
        let line = try rows.value(forKey: VectorJournal.key(index.id, state.position))
        guard let line, CheckpointState.hash(ofRowKey: line) == state.lineHash else {
            return [Fault(kind: .outdatedVectorFile)]
        }
        guard isDeep else { return [] }
        let broken = checkpoint.graph.checkInvariants()
        if !broken.isEmpty {
            return [Fault(kind: .brokenGraph, count: broken.count, detail: broken[0])]
        }
        do throws(DeepFailure) {
            let count = try differenceCount(checkpoint, index, table)
            return count == 0 ? [] : [Fault(kind: .wrongVectorRow, count: count)]
        } catch {
            switch error {
            case .file(let error):
                return [Fault(kind: .unreadableVectorFile, detail: error.placeText)]
            case .store(let error): throw error
            }
        }
    }

    private enum DeepFailure: Error {
        case file(VectorError)
        case store(StorageError)
    }

    /// How many vectors are not those of the items, or are missing, of items without later lines.
    private func differenceCount(
        _ checkpoint: borrowing VectorCheckpoint, _ index: VectorIndexDefinition,
        _ table: TableDefinition
    ) throws(DeepFailure) -> Int {
        let prefix = OrderedKey.tablePrefix(.item, table.id)
        let later: Set<[UInt8]>
        do throws(StorageError) {
            later = try changedKeys(of: index, after: checkpoint.state.position)
        } catch {
            throw .store(error)
        }
        var (expected, differences) = (0, 0)
        do throws(StorageError) {
            let held = try LiveVectorIndex.itemsToTakeIn(
                in: rows, index: index.id, table: table.name, keyPrefix: prefix)
            let cursor = try rows.cursor(over: held ?? KeyRange(lower: [0], upper: [0]), .forward)
            while let (key, value) = try cursor.next() {
                guard !later.contains(key), let record = try? ItemRecord(verifying: value),
                    VectorEntry(of: record, in: index) != nil
                else { continue }
                expected += 1
            }
        } catch {
            throw .store(error)
        }
        for number in 0..<UInt32(checkpoint.keys.places.count)
        where checkpoint.keys.hasString(number) {
            let key = prefix + Array(checkpoint.keys.string(number))
            if later.contains(key) { continue }
            expected -= 1
            guard checkpoint.graph.isLive(Slot(number)) else {
                differences += 1
                continue
            }
            let stored: [UInt8]?
            do throws(StorageError) {
                stored = try rows.value(forKey: key)
            } catch {
                throw .store(error)
            }
            let kept: [Float]
            do throws(VectorError) {
                kept = try checkpoint.graph.vector(at: Slot(number))
            } catch {
                throw .file(error)
            }
            guard let stored, let record = try? ItemRecord(verifying: stored),
                let entry = VectorEntry(of: record, in: index), Self.agrees(kept, entry.vector)
            else {
                differences += 1
                continue
            }
        }
        return differences + max(0, expected)
    }

    /// Row keys that lines after a position name.
    private func changedKeys(
        of index: VectorIndexDefinition, after position: UInt64
    ) throws(StorageError) -> Set<[UInt8]> {
        var range = KeyRange.prefix(VectorJournal.prefix(index.id))
        range.lower = VectorJournal.key(index.id, position + 1)
        var keys: Set<[UInt8]> = []
        let cursor = try rows.cursor(over: range, .forward)
        while let (_, key) = try cursor.next() { keys.insert(key) }
        return keys
    }

    /// Whether a vector is the item's, or has its direction at unit length.
    private static func agrees(_ kept: [Float], _ vector: [Float]) -> Bool {
        if kept == vector { return true }
        let length = vector.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
        return zip(kept, vector).allSatisfy { pair in
            abs(Double(pair.0) - Double(pair.1) / length) < 1e-3
        }
    }
}

extension VectorError {
    /// What is wrong and where in the file, without its path.
    fileprivate var placeText: String {
        switch self {
        case .corruptFile(_, let offset, let detail): "\(detail), at byte \(offset)"
        default: "it cannot be read"
        }
    }
}
