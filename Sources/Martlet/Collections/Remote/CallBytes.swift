// Calls on collections as bytes, and their answers. Integers are 8 bytes, floats 4 and doubles 8, all
// little-endian; a flag is a byte, 0 or 1; a text is its length as an integer, then UTF-8; floats are
// their count, then they.
//
//   call     version (1) · operation (1) · table id (8) · collection's name (text) · arguments
//   answer   0 · results, or 1 · the error's number (1) · its texts (2) · its integers (2)
//
// Arguments and results of each operation are where they are written, side by side:
// RemoteCollection.swift and CollectionService.swift. The version is that of all of it. A table id of
// 0 stands for any table; another one makes sure that it is still the table that was opened.

internal import MartletEngine

/// A call or an answer that is not of this form.
struct CallFault: Error {}

enum CollectionOperation: UInt8 {
    // Of a server. `open` has no name where the only collection is meant.
    case open = 1, create, getOrCreate, get, delete, list
    // Of a collection.
    case put, firstPresent, update, deleteRows, read, count, ids
    case find, explain
    case save, compact, setQuantized, stats, deletedRows, walksOnCodes
}

struct CallHead {
    static let version: UInt8 = 1

    var operation: CollectionOperation
    var tableID: UInt32
    var name: String
}

struct CallWriter {
    private(set) var bytes: [UInt8] = []

    init() {}

    init(_ head: CallHead) {
        byte(CallHead.version)
        byte(head.operation.rawValue)
        integer(Int(head.tableID))
        text(head.name)
    }

    mutating func byte(_ byte: UInt8) { bytes.append(byte) }
    mutating func flag(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

    mutating func integer(_ integer: Int) {
        withUnsafeBytes(of: Int64(integer).littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func double(_ double: Double) {
        withUnsafeBytes(of: double.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func text(_ text: String) {
        var text = text
        text.withUTF8 {
            integer($0.count)
            bytes.append(contentsOf: $0)
        }
    }

    mutating func text(_ text: [UInt8]) {
        integer(text.count)
        bytes.append(contentsOf: text)
    }

    /// Little-endian machines only, as the formats on disk are.
    mutating func floats(_ floats: UnsafeBufferPointer<Float>) {
        integer(floats.count)
        bytes.append(contentsOf: UnsafeRawBufferPointer(floats))
    }

    /// Whether there are metadata, and their JSON.
    mutating func metadata(_ metadata: Metadata?, text: Text?) {
        flag(metadata != nil)
        guard let metadata else { return }
        var json: [UInt8] = []
        json.append(json: metadata, text: text)
        self.text(json)
    }

    mutating func metadata(_ metadata: JSONMetadata?) {
        self.metadata(metadata?.values, text: metadata?.text)
    }

    mutating func search(_ search: CollectionSearch) {
        integer(search.k)
        integer(search.ef ?? -1)
        double(search.maximumDistance ?? .infinity)
        flag(search.isExact)
        flag(search.filter != nil)
        if let filter = search.filter { text(filter.json) }
    }

    mutating func options(dimensions: Int?, _ options: VectorOptions) {
        integer(dimensions ?? -1)
        text(options.metric.exportName)
        integer(options.m)
        integer(options.efConstruction)
        flag(options.isQuantized)
    }

    mutating func row(_ row: VectorRowContent) {
        text(row.id.string)
        row.vector.withUnsafeBufferPointer { floats($0) }
        metadata(row.metadata, text: row.metadataText)
    }

    mutating func matches(_ matches: [FindVectors.Match]) {
        integer(matches.count)
        for match in matches {
            text(match.id.string)
            double(match.distance)
            metadata(match.metadata, text: match.metadataText)
        }
    }
}

struct CallReader {
    private var rest: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) { rest = bytes }

    mutating func head() throws(CallFault) -> CallHead {
        guard try byte() == CallHead.version,
            let operation = CollectionOperation(rawValue: try byte()),
            let tableID = UInt32(exactly: try integer())
        else { throw CallFault() }
        return CallHead(operation: operation, tableID: tableID, name: try text())
    }

    private mutating func take(_ count: Int) throws(CallFault) -> UnsafeRawBufferPointer {
        guard count >= 0, count <= rest.count else { throw CallFault() }
        defer { rest = UnsafeRawBufferPointer(rebasing: rest[count...]) }
        return UnsafeRawBufferPointer(rebasing: rest[..<count])
    }

    mutating func finish() throws(CallFault) {
        if !rest.isEmpty { throw CallFault() }
    }

    mutating func byte() throws(CallFault) -> UInt8 { try take(1)[0] }
    mutating func flag() throws(CallFault) -> Bool { try byte() != 0 }

    mutating func integer() throws(CallFault) -> Int {
        Int(Int64(littleEndian: try take(8).loadUnaligned(as: Int64.self)))
    }

    /// How many things follow, of which each has at least so many bytes.
    mutating func count(ofAtLeast bytes: Int) throws(CallFault) -> Int {
        let count = try integer()
        guard count >= 0, count <= rest.count / bytes else { throw CallFault() }
        return count
    }

    mutating func double() throws(CallFault) -> Double {
        Double(bitPattern: UInt64(littleEndian: try take(8).loadUnaligned(as: UInt64.self)))
    }

    mutating func textBytes() throws(CallFault) -> UnsafeRawBufferPointer { try take(integer()) }

    mutating func text() throws(CallFault) -> String {
        guard let text = String(validating: try textBytes(), as: UTF8.self) else {
            throw CallFault()
        }
        return text
    }

    mutating func texts() throws(CallFault) -> [String] {
        var texts: [String] = []
        for _ in 0..<(try count(ofAtLeast: 8)) { texts.append(try text()) }
        return texts
    }

    mutating func floats() throws(CallFault) -> [Float] {
        let count = try count(ofAtLeast: 4)
        let bytes = try take(count * 4)
        return [Float](unsafeUninitializedCapacity: count) { floats, initializedCount in
            UnsafeMutableRawBufferPointer(floats).copyMemory(from: bytes)
            initializedCount = count
        }
    }

    mutating func metadata() throws(CallFault) -> JSONMetadata? {
        guard try flag() else { return nil }
        let text = try textBytes()
        do throws(JSONFault) {
            return try JSONMetadata(text)
        } catch {
            throw CallFault()
        }
    }

    /// - Throws: also `VectorDatabaseError`, for a filter that is none.
    mutating func search() throws -> CollectionSearch {
        let k = try integer()
        let ef = try integer()
        let maximumDistance = try double()
        let isExact = try flag()
        let filter = try flag() ? CollectionFilter(textBytes()) : nil
        return CollectionSearch(
            k: k, ef: ef < 0 ? nil : ef, filter: filter,
            maximumDistance: maximumDistance == .infinity ? nil : maximumDistance,
            isExact: isExact)
    }

    mutating func options() throws(CallFault) -> (dimensions: Int?, VectorOptions) {
        let dimensions = try integer()
        var options = VectorOptions()
        options.metric = try metric()
        options.m = try integer()
        options.efConstruction = try integer()
        options.isQuantized = try flag()
        return (dimensions < 0 ? nil : dimensions, options)
    }

    mutating func metric() throws(CallFault) -> Metric {
        switch try text() {
        case "cosine": .cosine
        case "euclidean": .euclidean
        case "dot_product": .dotProduct
        default: throw CallFault()
        }
    }

    mutating func row() throws(CallFault) -> VectorRowContent {
        let id = Text(try text())
        let vector = try floats()
        let metadata = try metadata()
        return VectorRowContent(
            id: id, vector: vector, metadata: metadata?.values, metadataText: metadata?.text)
    }

    mutating func matches() throws(CallFault) -> [FindVectors.Match] {
        var matches: [FindVectors.Match] = []
        for _ in 0..<(try count(ofAtLeast: 17)) {
            let id = Text(try text())
            let distance = try double()
            let metadata = try metadata()
            matches.append(
                FindVectors.Match(
                    id: id, distance: distance, metadata: metadata?.values,
                    metadataText: metadata?.text))
        }
        return matches
    }
}
