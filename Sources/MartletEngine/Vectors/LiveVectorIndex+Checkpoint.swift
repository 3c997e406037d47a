internal import Glibc
internal import MartletCatalog
internal import MartletIndexes
internal import MartletKeyValue
internal import MartletThreads
internal import MartletVectors
internal import Synchronization

extension LiveVectorIndex {
    /// What an index is opened with.
    struct Opened: ~Copyable, Sendable {
        var book: Book
        var postings: ValuePostings
        /// Has the columns of metadata, perhaps.
        var file: IndexFile?
    }

    /// The file's contents if it can be used; else an empty index that is to be made from the items.
    static func open(
        _ definition: VectorIndexDefinition, of table: TableDefinition,
        store: any KeyValueStore, files: VectorFiles?, keyPrefix: [UInt8],
        options: EngineOptions
    ) throws(StorageError) -> Opened {
        if let files, files.exists {
            do throws(OpeningFailure) {
                return try reopened(files.path, definition, store, options.vectorFileSealing)
            } catch {
                switch error {
                case .file(let error): logRebuild(of: definition, error.logText, options.log)
                case .store(let error): throw error
                case .otherState:
                    logRebuild(
                        of: definition, "\(files.path) is not of the state that the rows are in",
                        options.log)
                }
            }
        }
        let last = try lastSequence(in: store, index: definition.id)
        if let files, !files.exists, last > 0 {
            logRebuild(of: definition, "there is no \(files.path)", options.log)
        }
        let items = try itemsToTakeIn(
            in: store, index: definition.id, table: table.name, keyPrefix: keyPrefix)
        var book = Book(
            graph: emptyGraph(definition, definition.codeUse), after: last, remaining: items)
        book.lineCount = last == 0 ? 0 : longLineCount
        return Opened(
            book: book, postings: ValuePostings(elementCount: definition.schema.count), file: nil)
    }

    private enum OpeningFailure: Error {
        case file(VectorError)
        case store(StorageError)
        case otherState
    }

    private static func reopened(
        _ path: String, _ definition: VectorIndexDefinition, _ store: any KeyValueStore,
        _ sealing: (any IndexFileSealing)?
    ) throws(OpeningFailure) -> Opened {
        let checkpoint: VectorCheckpoint
        let file: IndexFile
        do throws(VectorError) {
            file = try IndexFile(path: path, sealing: sealing)
            checkpoint = try VectorCheckpoint(file, of: definition)
        } catch {
            throw .file(error)
        }
        let state = checkpoint.state
        let line: [UInt8]?
        do throws(StorageError) {
            line = try store.value(forKey: VectorJournal.key(definition.id, state.position))
        } catch {
            throw .store(error)
        }
        guard let line, CheckpointState.hash(ofRowKey: line) == state.lineHash else {
            throw .otherState
        }
        var book = Book(graph: checkpoint.graph, after: state.position)
        book.keys = checkpoint.keys
        book.isToBeLoaded = true
        return Opened(
            book: book, postings: checkpoint.postings,
            file: definition.metadata == nil ? nil : file)
    }

    /// Writes a file of what the graph holds, in the place of the one before. Searches and
    /// published changes go on.
    ///
    /// - Returns: its position: earlier journal lines are no longer needed. nil when it could not
    ///   be written, or not be used.
    func writeCheckpoint() -> UInt64? {
        guard let files else { return nil }
        // Nobody else changes keys and postings, so they stay as they are without the locks.
        let (graph, position) = book.withLock { ($0.graph, $0.carriedSequence) }
        do throws(StorageError) {
            // A power failure must not take back what the file holds.
            try store.sync()
            let key = VectorJournal.key(definition.id, position)
            guard let line = try store.value(forKey: key) else { return nil }
            let state = CheckpointState(
                indexID: definition.id, tableID: tableID,
                elementCount: definition.schema.count, position: position,
                lineHash: CheckpointState.hash(ofRowKey: line))
            do throws(VectorError) {
                try write(state, graph, to: files)
                return position
            } catch {
                options.log("vector index \(definition.id): no checkpoint: \(error.logText)")
            }
        } catch {
            options.log("vector index \(definition.id): no checkpoint: \(error)")
        }
        book.withLock { $0.writesAgain = .now + .seconds(60) }
        return nil
    }

    private func write(
        _ state: CheckpointState, _ graph: HNSWIndex, to files: VectorFiles
    ) throws(VectorError) {
        let failure = files.makeFolder()
        if failure != 0 { throw .fileFailed(path: files.path, errno: failure) }
        let sealing = options.vectorFileSealing
        let file = try IndexFileWriter(path: files.path, sealing: sealing)
        try graph.withWritersPaused { () throws(VectorError) in
            try graph.write(to: file)
            try writeOwnSections(state, to: file)
            try file.seal()
            if definition.parameters.residence != .memory {
                try graph.adopt(IndexFile(path: file.temporaryPath, sealing: sealing))
            }
        }
        try file.finish()
    }

    private func writeOwnSections(
        _ state: CheckpointState, to file: IndexFileWriter
    ) throws(VectorError) {
        let keys = book.withLock { CheckpointParts(keys: $0.keys) }
        let values = postings.withLock { CheckpointParts(postings: $0) }
        try state.bytes.span.withUnsafeBytes { bytes throws(VectorError) in
            try file.write(.state, bytes)
        }
        for part in keys.sections + values.sections { try file.write(part.section, part.bytes) }
        guard definition.metadata != nil else { return }
        loadColumnsIfNeeded()
        // Without them, they are made from the items after the next opening.
        guard book.withLock({ $0.hasColumns }) else { return }
        try columns.withLock { MetadataParts($0) }.write(to: file)
    }

    func logRebuild(_ reason: String) { Self.logRebuild(of: definition, reason, options.log) }

    private static func logRebuild(
        of definition: VectorIndexDefinition, _ reason: String, _ log: @Sendable (String) -> Void
    ) {
        log("vector index \(definition.id) is made again from the items: \(reason)")
    }
}

extension VectorError {
    /// For the log: file, place and cause.
    var logText: String {
        switch self {
        case .corruptFile(let path, let offset, let detail):
            "\(path) is damaged at byte \(offset): \(detail)"
        case .fileFailed(let path, let code): "\(path): \(String(cString: strerror(code)))"
        default: "\(self)"
        }
    }
}
