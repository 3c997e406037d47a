// The index by numbers.

public import CMartletAPI
internal import Glibc
internal import MartletVectors

/// Codes for vectors of few dimensions save little, and what they lose shows most there.
private let leastDimensionsForCodes = 32

extension martlet_index_options {
    /// - Throws: for the first parameter that is outside its range.
    fileprivate func parameters() throws(Failure) -> VectorParameters {
        let metric: Metric =
            switch self.metric.string {
            case "cosine": .cosine
            case "euclidean", "l2": .euclidean
            case "dot", "dot_product": .dotProduct
            case let name:
                throw Failure(
                    MARTLET_INVALID,
                    "Unknown metric \"\(name)\": use cosine, euclidean, l2, dot or dot_product.")
            }
        let codes: CodeKind =
            switch self.codes.string {
            case "auto": dimensions < leastDimensionsForCodes ? .none : .int4
            case "float32": .none
            case "int8": .int8
            case "int4": .int4
            case let name:
                throw Failure(
                    MARTLET_INVALID,
                    "Unknown codes \"\(name)\": use auto, float32, int8 or int4.")
            }
        return VectorParameters(
            dimensions: Int(dimensions), metric: metric, m: Int(m),
            efConstruction: Int(ef_construction), codes: codes)
    }
}

extension Failure {
    /// - Parameters:
    ///   - dimensions: those of the index, to say in which vector a number is.
    ///   - firstRow: the number of the first vector of the call.
    fileprivate init(_ error: VectorError, dimensions: Int = 1, firstRow: Int64 = 0) {
        switch error {
        case .invalidParameter(let parameter, let allowed):
            let name =
                switch parameter {
                case "dimensions": "dim"
                case "efConstruction": "ef_construction"
                default: parameter
                }
            let range = allowed.split(separator: "...").joined(separator: " to ")
            self.init(MARTLET_INVALID, "\(name) must be \(range).")
        case .dimensionMismatch(let expected, let actual):
            self.init(MARTLET_DIMENSION, "There are \(actual) numbers where \(expected) belong.")
        case .notFinite(let position):
            let row = firstRow + Int64(position / dimensions)
            self.init(
                MARTLET_NOT_FINITE,
                "Vector \(row) has an infinity or no number at position \(position % dimensions).")
        case .indexFull:
            self.init(
                MARTLET_STORAGE,
                "There is no room for more vectors: memory or addresses are used up.")
        case .corruptFile(let path, let offset, let detail):
            self.init(
                MARTLET_FILE,
                "\(path) is damaged, or no index, at offset \(offset): \(detail).")
        case .fileFailed(let path, let errno):
            self.init(MARTLET_FILE, "\(path): \(String(cString: strerror(errno))).")
        }
    }
}

private func tried<Result>(
    dimensions: Int = 1, firstRow: Int64 = 0, _ body: () throws(VectorError) -> Result
) throws(Failure) -> Result {
    do throws(VectorError) {
        return try body()
    } catch {
        throw Failure(error, dimensions: dimensions, firstRow: firstRow)
    }
}

/// An index behind its handle, in a forked process, too: it has no threads of its own.
private func found(_ index: UnsafeMutableRawPointer?) -> IdentifiedIndex {
    Unmanaged<IdentifiedIndex>.fromOpaque(index!).takeUnretainedValue()
}

private func handed(_ index: IdentifiedIndex) -> UnsafeMutableRawPointer {
    Unmanaged.passRetained(index).toOpaque()
}

/// Many threads cost more than they help, and none can be asked for by mistake.
private func threadCount(_ threads: Int64) -> Int { Int(clamping: min(max(threads, 1), 1024)) }

@c @implementation
public func martlet_index_make(
    _ options: UnsafePointer<martlet_index_options>?,
    _ out: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let parameters = try options!.pointee.parameters()
        out?.pointee = handed(
            try tried { () throws(VectorError) in try IdentifiedIndex(parameters) })
    }
}

@c @implementation
public func martlet_index_load(
    _ path: martlet_text, _ is_mapped: Int32,
    _ out: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let path = try path.path
        out?.pointee = handed(
            try tried { () throws(VectorError) in
                try IdentifiedIndex(path: path, isMapped: is_mapped != 0)
            })
    }
}

@c @implementation
public func martlet_index_save(
    _ index: UnsafeMutableRawPointer?, _ path: martlet_text,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let path = try path.path
        try tried { () throws(VectorError) in try found(index).save(to: path) }
    }
}

@c @implementation
public func martlet_index_release(_ index: UnsafeMutableRawPointer?) {
    guard let index else { return }
    Unmanaged<IdentifiedIndex>.fromOpaque(index).release()
}

/// Never freed.
private func lasting(_ names: [String]) -> [UnsafePointer<CChar>] {
    names.map { UnsafePointer(strdup($0)) }
}

private nonisolated(unsafe) let metricNames = lasting(["cosine", "euclidean", "dot"])
private nonisolated(unsafe) let codeNames = lasting(["float32", "int8", "int4"])

@c @implementation
public func martlet_index_get_facts(
    _ index: UnsafeMutableRawPointer?, _ facts: UnsafeMutablePointer<martlet_index_facts>?
) {
    let parameters = found(index).parameters
    let metric =
        switch parameters.metric {
        case .cosine: 0
        case .euclidean: 1
        case .dotProduct: 2
        }
    let codes =
        switch parameters.codes {
        case .none: 0
        case .int8: 1
        case .int4: 2
        }
    facts?.pointee = martlet_index_facts(
        dimensions: Int64(parameters.dimensions), m: Int64(parameters.m),
        ef_construction: Int64(parameters.efConstruction), metric: metricNames[metric],
        codes: codeNames[codes])
}

@c @implementation
public func martlet_index_count(_ index: UnsafeMutableRawPointer?) -> Int64 {
    Int64(found(index).count)
}

@c @implementation
public func martlet_index_memory(_ index: UnsafeMutableRawPointer?) -> Int64 {
    Int64(found(index).memory)
}

@c @implementation
public func martlet_index_contains(_ index: UnsafeMutableRawPointer?, _ id: Int64) -> Int32 {
    found(index).contains(id) ? 1 : 0
}

@c @implementation
public func martlet_index_ids(
    _ index: UnsafeMutableRawPointer?, _ out: UnsafeMutablePointer<UnsafeMutablePointer<Int64>?>?,
    _ count: UnsafeMutablePointer<Int64>?
) {
    let ids = found(index).ids
    let block = malloc(max(1, ids.count * 8))!.bindMemory(to: Int64.self, capacity: ids.count)
    block.update(from: ids, count: ids.count)
    out?.pointee = block
    count?.pointee = Int64(ids.count)
}

@c @implementation
public func martlet_index_get(
    _ index: UnsafeMutableRawPointer?, _ id: Int64, _ vector: UnsafeMutablePointer<Float>?,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let index = found(index)
        guard let kept = try tried({ () throws(VectorError) in try index.vector(of: id) }) else {
            throw Failure(MARTLET_ABSENT, "There is no vector with the id \(id).")
        }
        vector?.update(from: kept, count: kept.count)
    }
}

@c @implementation
public func martlet_index_reserve_ids(
    _ index: UnsafeMutableRawPointer?, _ count: Int64, _ first: UnsafeMutablePointer<Int64>?,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        first?.pointee = try tried { () throws(VectorError) in
            try found(index).reserveIDs(Int(count)).lowerBound
        }
    }
}

@c @implementation
public func martlet_index_check(
    _ index: UnsafeMutableRawPointer?, _ vectors: UnsafePointer<Float>?, _ count: Int64,
    _ first_row: Int64, _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let index = found(index)
        let numbers = UnsafeBufferPointer(
            start: vectors, count: Int(count) * index.parameters.dimensions)
        try tried(dimensions: index.parameters.dimensions, firstRow: first_row) {
            () throws(VectorError) in try index.check(numbers)
        }
    }
}

@c @implementation
public func martlet_index_add(
    _ index: UnsafeMutableRawPointer?, _ vectors: UnsafePointer<Float>?,
    _ ids: UnsafePointer<Int64>?, _ count: Int64, _ threads: Int64,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let index = found(index)
        let dimensions = index.parameters.dimensions
        let numbers = UnsafeBufferPointer(start: vectors, count: Int(count) * dimensions)
        let ids = UnsafeBufferPointer(start: ids, count: Int(count))
        try tried(dimensions: dimensions) { () throws(VectorError) in
            try index.add(numbers, ids: ids, threads: threadCount(threads))
        }
    }
}

@c @implementation
public func martlet_index_remove(
    _ index: UnsafeMutableRawPointer?, _ ids: UnsafePointer<Int64>?, _ count: Int64,
    _ threads: Int64, _ out: UnsafeMutablePointer<Int64>?,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let ids = UnsafeBufferPointer(start: ids, count: Int(count))
        out?.pointee = Int64(found(index).remove(ids, threads: threadCount(threads)))
    }
}

@c @implementation
public func martlet_index_run(
    _ index: UnsafeMutableRawPointer?, _ search: UnsafePointer<martlet_index_search>?,
    _ ids: UnsafeMutablePointer<Int64>?, _ distances: UnsafeMutablePointer<Float>?,
    _ error: UnsafeMutablePointer<martlet_error>?
) -> Int32 {
    attempt(error) { () throws(Failure) in
        let index = found(index)
        let search = search!.pointee
        let dimensions = index.parameters.dimensions
        let queries = UnsafeBufferPointer(
            start: search.queries, count: Int(search.count) * dimensions)
        let options = SearchOptions(
            k: Int(search.k), ef: search.ef < 0 ? nil : Int(search.ef),
            isExact: search.is_exact != 0)
        var allowed: AllowedIDs?
        if let ids = search.allowed_ids {
            allowed = .ids(UnsafeBufferPointer(start: ids, count: Int(search.allowed_id_count)))
        } else if let mask = search.allowed_mask {
            allowed = .mask(UnsafeBufferPointer(start: mask, count: Int(search.allowed_mask_count)))
        }
        try tried(dimensions: dimensions) { () throws(VectorError) in
            try index.search(
                queries, count: Int(search.count), options, allowed: allowed,
                threads: threadCount(search.threads), ids: ids!, distances: distances!)
        }
    }
}
