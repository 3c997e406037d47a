// Encrypted indexes: what is read. Everything is handed out in one block of `malloc`: the
// structures, then numbers, then texts.

public import CMartletAPI
internal import Glibc
internal import Martlet

/// Bytes to be handed out behind structures; what is put there is found by its place.
private struct Tail {
    private(set) var bytes: [UInt8] = []

    mutating func append(_ source: some Sequence<UInt8>) -> Range<Int> {
        let start = bytes.count
        bytes.append(contentsOf: source)
        return start..<bytes.count
    }

    mutating func append(_ metadata: Metadata?) -> Range<Int>? {
        guard let metadata else { return nil }
        let start = bytes.count
        bytes.append(json: metadata)
        return start..<bytes.count
    }

    func copy(to place: UnsafeMutableRawPointer) {
        bytes.withUnsafeBytes { if let base = $0.baseAddress { memcpy(place, base, $0.count) } }
    }
}

extension martlet_text {
    fileprivate init(_ range: Range<Int>?, at start: UnsafeMutableRawPointer) {
        guard let range else {
            self.init()
            return
        }
        self.init(
            bytes: (start + range.lowerBound).assumingMemoryBound(to: CChar.self),
            count: Int64(range.count))
    }
}

extension Tail {
    /// The range of an id's text; nil for a number.
    mutating func append(_ id: EncryptedID) -> Range<Int>? {
        switch id {
        case .int: nil
        case .string(let text): append(text.utf8)
        }
    }
}

extension martlet_encrypted_id {
    fileprivate init(
        _ id: EncryptedID, _ range: Range<Int>?, at start: UnsafeMutableRawPointer
    ) {
        switch id {
        case .int(let number): self.init(text: martlet_text(), number: number)
        case .string: self.init(text: martlet_text(range, at: start), number: 0)
        }
    }
}

@c @implementation
public func martlet_encrypted_get_facts(
    _ index: UnsafeMutableRawPointer?, _ out: UnsafeMutablePointer<martlet_encrypted_facts>?,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    withIndex(index, error) { handle throws(EncryptedIndexError) in
        let index = handle.index
        out?.pointee = martlet_encrypted_facts(
            dimension: Int64(try index.dimension() ?? -1), count: Int64(try index.count()),
            version: try index.version(), metric: Int32(index.metric.rawValue),
            is_trained: try index.isTrained() ? 1 : 0)
    }
}

@c @implementation
public func martlet_encrypted_get(
    _ index: UnsafeMutableRawPointer?, _ ids: UnsafePointer<martlet_encrypted_id>?,
    _ count: Int64, _ out: UnsafeMutablePointer<martlet_encrypted_found>?,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    withIndex(index, error) { handle throws(EncryptedIndexError) in
        let ids = encryptedIDs(ids, count)
        let rows = try handle.index.get(ids)
        out?.pointee = found(rows, ids)
    }
}

/// - Parameter ids: what was asked for, in the order of the rows.
private func found(_ rows: [EncryptedRow], _ ids: [EncryptedID]) -> martlet_encrypted_found {
    let dimension = rows.first?.vector.count ?? 0
    var tail = Tail()
    let ranges = rows.map { row in (tail.append(row.contents), tail.append(row.metadata)) }
    let headBytes = rows.count * MemoryLayout<martlet_encrypted_row>.stride
    let vectorBytes = rows.count * dimension * MemoryLayout<Float>.stride
    let block = malloc(max(1, headBytes + vectorBytes + tail.bytes.count))!
    let texts = block + headBytes + vectorBytes
    tail.copy(to: texts)
    let head = block.bindMemory(to: martlet_encrypted_row.self, capacity: rows.count)
    let numbers = (block + headBytes).bindMemory(to: Float.self, capacity: rows.count * dimension)
    var place = 0
    for (position, row) in rows.enumerated() {
        while ids[place] != row.id { place += 1 }
        let vector = numbers + position * dimension
        vector.update(from: row.vector, count: dimension)
        head[position] = martlet_encrypted_row(
            place: Int64(place), vector: vector,
            contents: martlet_text(ranges[position].0, at: texts),
            metadata: martlet_text(ranges[position].1, at: texts))
        place += 1
    }
    return martlet_encrypted_found(
        rows: head, count: Int64(rows.count), dimension: Int64(dimension))
}

@c @implementation
public func martlet_encrypted_ids(
    _ index: UnsafeMutableRawPointer?,
    _ out: UnsafeMutablePointer<UnsafeMutablePointer<martlet_encrypted_id>?>?,
    _ count: UnsafeMutablePointer<Int64>?, _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    withIndex(index, error) { handle throws(EncryptedIndexError) in
        let ids = try handle.index.ids()
        var tail = Tail()
        let ranges = ids.map { tail.append($0) }
        let headBytes = ids.count * MemoryLayout<martlet_encrypted_id>.stride
        let block = malloc(max(1, headBytes + tail.bytes.count))!
        tail.copy(to: block + headBytes)
        let head = block.bindMemory(to: martlet_encrypted_id.self, capacity: ids.count)
        for (place, id) in ids.enumerated() {
            head[place] = martlet_encrypted_id(id, ranges[place], at: block + headBytes)
        }
        out?.pointee = head
        count?.pointee = Int64(ids.count)
    }
}

@c @implementation
public func martlet_encrypted_query(
    _ index: UnsafeMutableRawPointer?, _ search: UnsafePointer<martlet_encrypted_search>?,
    _ out: UnsafeMutablePointer<martlet_encrypted_hits>?, _ counts: UnsafeMutablePointer<Int64>?,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let index = try object(index, as: EncryptedIndexHandle.self).index
        let search = search!.pointee
        let filter = try search.filter.filter
        let queries = (0..<Int(search.count)).map { place in
            Array(
                UnsafeBufferPointer(
                    start: search.queries! + place * Int(search.dimension),
                    count: Int(search.dimension)))
        }
        let answers = try Failure.of { () throws(EncryptedIndexError) in
            let ef = search.ef < 0 ? nil : Int(search.ef)
            if queries.count == 1 {
                return [
                    try index.query(
                        queries[0], topK: Int(search.top_k), filter: filter, ef: ef,
                        isExact: search.is_exact != 0)
                ]
            }
            return try index.queryMany(
                queries, topK: Int(search.top_k), filter: filter, ef: ef,
                isExact: search.is_exact != 0)
        }
        for (place, answer) in answers.enumerated() { counts![place] = Int64(answer.count) }
        out?.pointee = hits(answers)
    }
}

private func hits(_ answers: [[EncryptedMatch]]) -> martlet_encrypted_hits {
    var tail = Tail()
    var ranges: [(Range<Int>?, Range<Int>?)] = []
    for answer in answers {
        for match in answer {
            ranges.append((tail.append(match.id), tail.append(match.metadata)))
        }
    }
    let headBytes = ranges.count * MemoryLayout<martlet_encrypted_hit>.stride
    let block = malloc(max(1, headBytes + tail.bytes.count))!
    let texts = block + headBytes
    tail.copy(to: texts)
    let head = block.bindMemory(to: martlet_encrypted_hit.self, capacity: ranges.count)
    for (place, match) in answers.joined().enumerated() {
        head[place] = martlet_encrypted_hit(
            id: martlet_encrypted_id(match.id, ranges[place].0, at: texts),
            distance: match.distance, metadata: martlet_text(ranges[place].1, at: texts))
    }
    return martlet_encrypted_hits(hits: head, count: Int64(ranges.count))
}
