package import MartletCatalog
internal import MartletEncoding
package import MartletIndexes
internal import MartletKeyValue
package import MartletModel
internal import MartletVectors

/// Finds the items of a collection that are nearest to a vector.
///
/// Distances are computed once more from the vectors in double precision, and of equal ones the
/// smaller id comes first, so that the same question has the same answer.
package struct FindVectors: Sendable {
    package var table: TableName
    /// As many elements as the collection has dimensions, all finite.
    package var vector: [Float]
    /// How many at most; not negative.
    package var k: Int
    /// Candidates of the walk; nil for what gives good recall.
    package var ef: Int?
    package var filter: MetadataFilter?
    /// What is further away is left out.
    package var maximumDistance: Double?
    /// Compares with every item, or every one that matches.
    package var isExact: Bool

    package init(
        table: TableName, vector: [Float], k: Int, ef: Int? = nil, filter: MetadataFilter? = nil,
        maximumDistance: Double? = nil, isExact: Bool = false
    ) {
        self.table = table
        self.vector = vector
        self.k = k
        self.ef = ef
        self.filter = filter
        self.maximumDistance = maximumDistance
        self.isExact = isExact
    }

    package struct Match: Sendable {
        package var id: Text
        package var distance: Double
        package var metadata: AttributeMap?
        package var metadataText: Text?

        package init(
            id: Text, distance: Double, metadata: AttributeMap?, metadataText: Text? = nil
        ) {
            self.id = id
            self.distance = distance
            self.metadata = metadata
            self.metadataText = metadataText
        }

        fileprivate func isBetter(than other: Match) -> Bool {
            distance != other.distance ? distance < other.distance : id < other.id
        }
    }
}

extension FindVectors: ReadOperation {
    /// - Returns: best first.
    package func run(in context: ReadContext) throws(OperationError) -> [Match] {
        var report = VectorSearchReport()
        return try run(in: context, &report)
    }

    fileprivate func run(
        in context: ReadContext, _ report: inout VectorSearchReport
    ) throws(OperationError) -> [Match] {
        let schema = try context.directory.collection(table)
        guard vector.count == schema.dimensions else {
            throw .validation(
                "The vector has \(vector.count) dimensions, the collection \(schema.dimensions)")
        }
        guard k > 0 else { return [] }
        var matches: [Match]
        if k >= SearchOptions.kRange.upperBound {
            matches = try scan(schema, context, &report)
        } else if filter == nil || context.vectorIndexes[schema.index.id]?.filters ?? false {
            matches = try nearest(schema, context, &report)
        } else {
            matches = try nearestMatching(schema, context, &report)
        }
        if let maximumDistance { matches.removeAll { $0.distance > maximumDistance } }
        return matches
    }

    /// Asks for one more than is wanted: if that is as far as the last, more may be, and the ids
    /// decide among them.
    private func nearest(
        _ schema: CollectionSchema, _ context: ReadContext,
        _ report: inout VectorSearchReport
    ) throws(OperationError) -> [Match] {
        let limit = SearchOptions.kRange.upperBound
        var wanted = min(k, limit - 1) + 1
        var attempts = 0
        while true {
            let (matches, foundCount) = try candidates(
                wanted, isFilteredByIndex: true, schema, context, &report)
            let isAll = foundCount < wanted
            let lost = foundCount - matches.count
            attempts += 1
            let isTied =
                matches.count > k && matches[matches.count - 1].distance == matches[k - 1].distance
            if isAll && lost == 0 || wanted == limit || attempts == 8
                || matches.count >= min(k, wanted) && !isTied
            {
                return Array(matches.prefix(k))
            }
            wanted = min(limit, isTied ? wanted * 4 : wanted + lost)
        }
    }

    /// Filters what is nearest, taking ever more of it; when that gets long, compares everything.
    private func nearestMatching(
        _ schema: CollectionSchema, _ context: ReadContext,
        _ report: inout VectorSearchReport
    ) throws(OperationError) -> [Match] {
        if !isExact {
            var wanted = min(max(4 * k, 64), SearchOptions.kRange.upperBound)
            while wanted <= max(1024, 16 * k), wanted <= SearchOptions.kRange.upperBound {
                let (candidates, foundCount) = try candidates(
                    wanted, schema, context, &report)
                let matches = candidates.filter { filter!.matches($0.metadata) }
                if matches.count > k || foundCount < wanted && foundCount == candidates.count {
                    return Array(matches.prefix(k))
                }
                wanted *= 4
            }
        }
        return try scan(schema, context, &report)
    }

    /// - Returns: best first, and how many the index found.
    private func candidates(
        _ wanted: Int, isFilteredByIndex: Bool = false, _ schema: CollectionSchema,
        _ context: ReadContext, _ report: inout VectorSearchReport
    ) throws(OperationError) -> ([Match], Int) {
        var search = VectorSearch(vector: vector, k: wanted)
        search.ef = ef.map { max($0, wanted) }
        search.isExact = isExact
        search.filter = isFilteredByIndex ? filter : nil
        var found: [VectorMatch]
        do throws(StorageError) {
            found =
                try context.vectorIndexes.search(search, in: schema.index, report: &report) ?? []
        } catch {
            throw .storage(error)
        }
        let foundCount = found.count
        // What is clearly further than those that are wanted need not be read.
        if wanted == k + 1, foundCount == wanted, found[k].isClearlyFurther(than: found[k - 1]) {
            found.removeLast()
        }
        let scorer = CollectionScore(vector, schema.index.distance)
        var matches: [Match] = []
        matches.reserveCapacity(found.count)
        for record in try context.records(forKeys: found.map(\.rowKey)) {
            guard let row = record.flatMap({ schema.row(of: $0) }) else { continue }
            // It may have changed since it was found.
            if isFilteredByIndex, let filter, !filter.matches(row.metadata) { continue }
            matches.append(
                Match(
                    id: row.id, distance: scorer.distance(to: row.vector), metadata: row.metadata,
                    metadataText: row.metadataText))
        }
        matches.sort { $0.isBetter(than: $1) }
        return (matches, foundCount)
    }

    /// Compares every item that matches.
    private func scan(
        _ schema: CollectionSchema, _ context: ReadContext,
        _ report: inout VectorSearchReport
    ) throws(OperationError) -> [Match] {
        let scorer = CollectionScore(vector, schema.index.distance)
        var best: [Match] = []
        do throws(StorageError) {
            let range = KeyRange.prefix(OrderedKey.tablePrefix(.item, schema.tableID))
            let cursor = try context.store.cursor(over: range, .forward)
            while let (_, bytes) = try cursor.next() {
                let record = try ItemRecord(stored: bytes)
                let metadata = schema.metadata(of: record)
                guard filter?.matches(metadata) ?? true, let row = schema.row(of: record) else {
                    continue
                }
                let match = Match(
                    id: row.id, distance: scorer.distance(to: row.vector), metadata: metadata,
                    metadataText: row.metadataText)
                report.comparedCount += 1
                if best.count == k, !match.isBetter(than: best[k - 1]) { continue }
                let place = best.partitioningIndex { match.isBetter(than: $0) }
                if best.count == k { best.removeLast() }
                best.insert(match, at: place)
            }
        } catch {
            throw .storage(error)
        }
        return best
    }
}

/// Finds the same, and tells how.
package struct ExplainVectors: ReadOperation {
    package var search: FindVectors

    package init(_ search: FindVectors) { self.search = search }

    package func run(
        in context: ReadContext
    ) throws(OperationError) -> (matches: [FindVectors.Match], report: VectorSearchReport) {
        var report = VectorSearchReport()
        return (try search.run(in: context, &report), report)
    }
}

extension VectorMatch {
    /// By more than single precision may be wrong.
    fileprivate func isClearlyFurther(than other: VectorMatch) -> Bool {
        distance - other.distance > 1e-5 * (1 + abs(other.distance))
    }
}

extension Array {
    /// The first place from which on `isBehind` holds for all.
    fileprivate func partitioningIndex(_ isBehind: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
