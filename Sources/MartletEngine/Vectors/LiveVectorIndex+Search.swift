internal import MartletCatalog
internal import MartletEncoding
internal import MartletIndexes
internal import MartletKeyValue
internal import MartletModel
internal import MartletThreads
internal import MartletVectors
internal import Synchronization

extension LiveVectorIndex {
    /// The best matches among all that was published before the call, best first.
    func search(
        _ search: VectorSearch, _ report: inout VectorSearchReport
    ) throws(StorageError) -> [VectorMatch] {
        // What is said of changes that are under way is taken out of the graph's matches. When it is
        // not known then what comes behind them, the graph is asked for so many more.
        var k = search.k
        while true {
            switch try attempt(search, k: k, &report) {
            case .matches(let matches): return matches
            case .tooFew(let count): k = min(k + count, SearchOptions.kRange.upperBound)
            case .again: break
            case .damaged(let graph, let error): try abandon(graph, because: error)
            }
        }
    }

    private enum Attempt {
        case matches([VectorMatch])
        case tooFew(Int)
        /// The graph was abandoned meanwhile.
        case again
        case damaged(HNSWIndex, VectorError)
    }

    /// What holds when a search begins.
    private struct Beginning {
        let graph: HNSWIndex
        let position: PendingPosition
        /// Every change before this one is in the graph.
        let firstSequence: UInt64
        /// Every change from here on is published while the search is under way.
        let end: PendingPosition
        let remaining: KeyRange?

        init(_ book: borrowing Book) {
            graph = book.graph
            position = book.pending.start
            firstSequence = book.pending.firstSequence
            end = book.pending.end
            remaining = book.remaining
        }

        /// Whether the key is compared from the store, whatever else is said of it.
        func isRemaining(_ key: [UInt8]) -> Bool {
            remaining?.contains(key) ?? false
        }
    }

    /// What the graph says, and what is pending.
    private struct Walk {
        var matches: [VectorMatch] = []
        var leftOutCount = 0
        /// What else the graph has is not closer than this; nil when there is nothing else.
        var horizon: Float?
        /// All changes that the graph may lack.
        let pending: PendingSpan
        /// Those of them that were published since the beginning.
        let published: PendingSpan
    }

    /// - Parameter k: how many matches the graph is asked for.
    private func attempt(
        _ search: VectorSearch, k: Int, _ report: inout VectorSearchReport
    ) throws(StorageError) -> Attempt {
        let beginning = book.withLock { Beginning($0) }
        let found: Walk?
        var matching: SlotBitmap?
        if let filter = search.filter {
            matching = try slots(matching: filter)
        }
        do throws(VectorError) {
            found = try self.walk(search, k: k, matching, beginning, &report)
        } catch {
            switch error {
            case .corruptFile, .fileFailed: return .damaged(beginning.graph, error)
            default: preconditionFailure("a search that was not checked")
            }
        }
        guard let walk = found else { return .again }

        var best = BestMatches(limit: search.k)
        let scorer = ExactScorer(search.vector, definition.distance)
        var changed: [[UInt8]: UInt64] = [:]
        walk.published.forEachCurrent { changed[$0.key.bytes] = $0.sequence }
        var unreadKeys: [[UInt8]] = []
        var comparedCount = 0
        walk.pending.forEachCurrent { change in
            let key = change.key.bytes
            if beginning.isRemaining(key) { return }
            if !changed.isEmpty, let last = changed[key], last > change.sequence { return }
            switch change.content {
            case .entry(let entry):
                best.insert(key, entry, search, scorer)
                comparedCount += 1
            case .unread: unreadKeys.append(key)
            case .removal: break
            }
        }
        var leftOutCount = walk.leftOutCount
        for match in walk.matches {
            if changed[match.rowKey] != nil || beginning.isRemaining(match.rowKey) {
                leftOutCount += 1
            } else {
                best.insert(match)
            }
        }
        if leftOutCount > 0, let horizon = walk.horizon, !best.isSettled(upTo: horizon),
            k < SearchOptions.kRange.upperBound
        {
            return .tooFew(leftOutCount)
        }
        report.comparedCount += comparedCount + unreadKeys.count
        // Read after the end of `pending` was taken, so they are as new as all that was published.
        try compareItems(unreadKeys, search, scorer, &best)
        if let remaining = beginning.remaining {
            try compareItems(remaining, search, scorer, &best)
        }
        return .matches(best.matches)
    }

    /// - Returns: nil when the graph was abandoned meanwhile.
    private func walk(
        _ search: VectorSearch, k: Int, _ matching: SlotBitmap?, _ beginning: Beginning,
        _ report: inout VectorSearchReport
    ) throws(VectorError) -> Walk? {
        let graph = beginning.graph
        var graphReport = SearchReport()
        defer { report.add(graphReport) }
        return try graph.withReadPin { () throws(VectorError) in
            var options = SearchOptions(
                k: k, ef: search.ef.map { max($0, k) }, isExact: search.isExact)
            options.filter = matching
            var isEmpty = matching?.isEmpty ?? false
            if search.isFiltered {
                switch postings.withLock({ $0.select(search.values) }) {
                case .all: break
                case .none: isEmpty = true
                case .slots(let slots):
                    if let matching {
                        let both = SlotBitmap(copying: slots)
                        both.formIntersection(matching)
                        options.filter = both
                    } else {
                        options.filter = slots
                    }
                }
            }
            var neighbors: [Neighbor] = []
            if !isEmpty {
                neighbors = try search.vector.withUnsafeBufferPointer {
                    vector throws(VectorError) in
                    try graph.search(vector, options, report: &graphReport)
                }
            }
            let slots = neighbors.map(\.slot)
            var scores: [Float] = []
            if let scorer = search.scorer {
                scores.reserveCapacity(slots.count)
                try graph.forEachVector(at: slots) { scores.append(scorer.score(of: $0)) }
            }
            let ending: (walk: Walk, keys: ByteStringTable.Copies)? = book.withLock { book in
                guard book.graph === graph else { return nil }
                let walk = Walk(
                    pending: book.pending.span(from: beginning.position),
                    published: book.pending.span(from: beginning.end))
                return (walk, book.keys.copies(slots))
            }
            guard let ending else { return nil }
            var walk = ending.walk
            if neighbors.count == k { walk.horizon = neighbors[k - 1].distance }
            walk.matches.reserveCapacity(neighbors.count)
            for (place, neighbor) in neighbors.enumerated() {
                guard neighbor.label < beginning.firstSequence,
                    let key = ending.keys.string(place, after: keyPrefix)
                else {
                    walk.leftOutCount += 1
                    continue
                }
                walk.matches.append(
                    VectorMatch(
                        rowKey: key, distance: neighbor.distance,
                        score: scores.isEmpty ? nil : scores[place]))
            }
            return walk
        }
    }

    /// Compares items as they are now.
    private func compareItems(
        _ keys: [[UInt8]], _ search: VectorSearch, _ scorer: ExactScorer,
        _ best: inout BestMatches
    ) throws(StorageError) {
        var start = 0
        while start < keys.count {
            let some = Array(keys[start..<min(start + 256, keys.count)])
            for (key, bytes) in zip(some, try store.values(forKeys: some)) {
                guard let bytes else { continue }
                let item = try ItemRecord(stored: bytes)
                if let entry = VectorEntry(of: item, in: definition) {
                    best.insert(key, entry, search, scorer)
                }
            }
            start += some.count
        }
    }

    private func compareItems(
        _ range: KeyRange, _ search: VectorSearch, _ scorer: ExactScorer,
        _ best: inout BestMatches
    ) throws(StorageError) {
        let cursor = try store.cursor(over: range, .forward)
        while let (key, bytes) = try cursor.next() {
            let item = try ItemRecord(stored: bytes)
            if let entry = VectorEntry(of: item, in: definition) {
                best.insert(key, entry, search, scorer)
            }
        }
    }
}

extension BestMatches {
    fileprivate mutating func insert(
        _ key: [UInt8], _ entry: VectorEntry, _ search: VectorSearch, _ scorer: ExactScorer
    ) {
        guard entry.has(search.values), search.filter?.matches(entry.metadata) ?? true else {
            return
        }
        let distance = scorer.distance(to: entry.vector)
        guard admits(distance) else { return }
        insert(
            VectorMatch(
                rowKey: key, distance: distance,
                score: search.scorer.map { $0.score(of: entry.vector) }))
    }
}

extension VectorEntry {
    /// Whether it has what a search asks of the schema's attributes.
    func has(_ values: [AttributeValue?]) -> Bool {
        guard !values.isEmpty else { return true }
        var values = values[...]
        if values.count > filters.count, let asked = values.removeFirst(), asked != hash {
            return false
        }
        return zip(values, filters).allSatisfy { asked, value in asked == nil || asked == value }
    }

    /// In the order of the index's schema.
    func schemaValues(_ index: VectorIndexDefinition) -> [AttributeValue?] {
        index.hash == nil ? filters : [hash] + filters
    }
}
