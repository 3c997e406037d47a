// Collections at a server, without the network between: calls and answers are the same bytes.

import MartletEngine
import MartletModel
import MartletTestBasics
import MartletTestSupport
import Synchronization
import Testing

@testable import Martlet

/// A server in this process.
private final class DirectTransport: CallTransport {
    let place = "http://direct"
    let database: Database
    private let service: CollectionService
    private let seen = Mutex<[[UInt8]]>([])
    /// What is there to be answered instead.
    private let replacement = Mutex<[UInt8]?>(nil)

    init() throws {
        database = try .inMemory()
        service = CollectionService(database.engine)
    }

    var calls: [[UInt8]] { seen.withLock { $0 } }

    func answerInstead(_ answer: [UInt8]?) { replacement.withLock { $0 = answer } }

    func exchange(_ call: [UInt8]) throws(VectorDatabaseError) -> [UInt8] {
        seen.withLock { $0.append(call) }
        return replacement.withLock { $0 } ?? answer(call)
    }

    func answer(_ call: [UInt8]) -> [UInt8] { call.withUnsafeBytes { service.answer($0) } }

    func open(_ name: String? = nil, dimensions: Int? = 3) throws -> RemoteCollection {
        try RemoteCollection.open(
            self, name: name, dimensions: dimensions,
            options: VectorOptions(metric: .euclidean))
    }
}

private func metadata(_ json: String) throws -> JSONMetadata {
    try Array(json.utf8).withUnsafeBytes { try JSONMetadata($0) }
}

private func filter(_ json: String) throws -> CollectionFilter {
    try Array(json.utf8).withUnsafeBytes { try CollectionFilter($0) }
}

extension CollectionCalls {
    fileprivate func add(
        _ ids: [String], _ vectors: [[Float]], _ json: [JSONMetadata?]? = nil,
        replaces: Bool = false
    ) throws(VectorDatabaseError) {
        let numbers = vectors.flatMap { $0 }
        try numbers.withUnsafeBufferPointer { numbers throws(VectorDatabaseError) in
            try put(ids, rows: numbers, json: json, replaces: replaces, progress: nil)
        }
    }

    /// Everything, to be compared.
    fileprivate func contents() throws -> [String] {
        var found: [String] = []
        let rows = try rows()
        while let row = try rows.next() {
            var json: [UInt8] = []
            if let metadata = row.metadata { json.append(json: metadata, text: row.metadataText) }
            found.append("\(row.id) \(row.vector) \(String(decoding: json, as: UTF8.self))")
        }
        return found.sorted()
    }
}

/// What a call says, as text: an answer or an error.
private func outcome(_ body: () throws -> Any) -> String {
    do {
        return "\(try body())"
    } catch {
        return "\(error)"
    }
}

@Suite struct RemoteCollectionTests {
    @Test(
        "whatever is asked, a collection at a server says what one in the process says",
        arguments: [1, 2, 3] as [UInt64])
    func sameAnswers(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let here: any CollectionCalls = try VectorDatabase.inMemory(
            dimensions: 3, options: VectorOptions(metric: .euclidean))
        let there: any CollectionCalls = try DirectTransport().open()
        let texts = [#"{"n":1.0}"#, #"{"b":[true,null],"a":"ü"}"#, "{}", #"{"n":3}"#]
        let filters = try [
            #"{"n":{"$gte":1}}"#, #"{"$or":[{"n":3},{"a":{"$exists":true}}]}"#, "{}",
        ].map { try filter($0) }
        for step in 0..<400 {
            func id() -> String { "id\(random.below(30))" }
            func vector() -> [Float] {
                let count = random.chance(1, in: 20) ? 2 : 3
                return (0..<count).map { _ in
                    random.chance(1, in: 60) ? .nan : Float(random.number(-4...4))
                }
            }
            func some() throws -> JSONMetadata? {
                random.chance(1, in: 3) ? nil : try metadata(random.pick(texts))
            }
            func search() -> CollectionSearch {
                CollectionSearch(
                    k: random.number(-1...40), ef: random.chance(1, in: 2) ? nil : 50,
                    filter: random.chance(1, in: 2) ? nil : random.pick(filters),
                    maximumDistance: random.chance(1, in: 2) ? nil : 20,
                    isExact: random.chance(1, in: 2))
            }
            let call: (any CollectionCalls) throws -> Any
            switch random.below(10) {
            case 0...2:
                let ids = (0..<random.below(4)).map { _ in id() }
                let vectors = ids.map { _ in vector() }
                if vectors.contains(where: { $0.count != 3 }) { continue }
                let json = try ids.map { _ in try some() }
                let replaces = random.chance(1, in: 2)
                call = { try $0.add(ids, vectors, json, replaces: replaces) }
            case 3:
                let (id, vector) = (id(), random.chance(1, in: 2) ? nil : vector())
                let json = try some()
                call = { try $0.update(id, vector: vector, json: json) }
            case 4:
                let ids = (0..<random.below(3)).map { _ in id() }
                call = { try $0.deleteMany(ids) }
            case 5:
                let id = id()
                call = { [try $0.row(id).vector.map(Double.init), try $0.contains(id)] as [Any] }
            case 6:
                let filter = random.pick(filters)
                call = { [try $0.count(matching: filter), try $0.count(matching: nil)] }
            case 7, 8:
                let (vector, search) = (vector(), search())
                call = { try $0.find(vector, search).map { "\($0.id) \($0.distance)" } }
            default:
                let (vectors, search) = ([vector(), vector()], search())
                call = { calls in
                    try calls.findMany(vectors, search).map { $0.map { "\($0.id)" } }
                }
            }
            #expect(
                outcome { try call(there) } == outcome { try call(here) },
                "seed \(seed), step \(step)")
        }
        #expect(try there.contents() == here.contents())
        #expect(try there.ids().sorted() == here.ids().sorted())
        #expect(try there.deletedRows() == here.deletedRows())
        try there.compact()
        #expect(try there.deletedRows() == 0)
        try there.setQuantized(true)
        #expect(try there.walksOnCodes())
        #expect(try there.stats().vectorCount == here.stats().vectorCount)
        try there.save()
    }

    @Test("a batch beyond one request goes in several, and is still added whole or not at all")
    func largeBatches() throws {
        let transport = try DirectTransport()
        let collection = try transport.open(dimensions: 512)
        let ids = (0..<8_000).map { "row\($0)" }
        let vectors = [Float](repeating: 0.5, count: ids.count * 512)
        func add(_ ids: [String]) throws(VectorDatabaseError) -> [Int] {
            var told: [Int] = []
            try vectors.withUnsafeBufferPointer { vectors throws(VectorDatabaseError) in
                try collection.put(ids, rows: vectors, json: nil, replaces: false) {
                    told.append($0)
                }
            }
            return told
        }
        try collection.add(["row7999"], [[Float](repeating: 1, count: 512)])
        #expect(throws: VectorDatabaseError.alreadyPresent(id: "row7999")) { try add(ids) }
        #expect(try collection.ids() == ["row7999"])
        #expect(throws: VectorDatabaseError.repeatedID("row1")) {
            try add(ids.dropLast() + ["row1"])
        }
        #expect(try collection.ids() == ["row7999"])
        #expect(try collection.deleteMany(["row7999", "no"]) == 1)
        let told = try add(ids)
        #expect(told.count > 1)
        #expect(told.last == ids.count)
        #expect(transport.calls.allSatisfy { $0.count < 16 << 20 })
        let rows = try collection.rows()
        var found: Set<String> = []
        while let row = try rows.next() { found.insert(row.id.string) }
        #expect(found == Set(ids))
    }

    @Test("collections of a server are made, listed, opened and deleted by name")
    func names() throws {
        let transport = try DirectTransport()
        let collections = try RemoteCollections(transport)
        #expect(try collections.list().isEmpty)
        let notes = try collections.create("vögel", dimensions: 2, options: VectorOptions())
        try notes.add(["a"], [[1, 2]])
        #expect(throws: VectorDatabaseError.collectionExists("vögel")) {
            _ = try collections.create("vögel", dimensions: 2, options: VectorOptions())
        }
        #expect(try collections.list() == ["vögel"])
        #expect(try collections.get("vögel").dimensions == 2)
        let same = try collections.getOrCreate("vögel", dimensions: 9, options: VectorOptions())
        #expect(same.dimensions == 2)
        // The only one is what an address without a name means.
        #expect(try transport.open(nil, dimensions: nil).ids() == ["a"])
        #expect(throws: VectorDatabaseError.noCollection("b")) { _ = try collections.get("b") }
        #expect(throws: VectorDatabaseError.invalidName("a/b")) {
            _ = try collections.getOrCreate("a/b", dimensions: 2, options: VectorOptions())
        }
        #expect(try collections.delete("vögel"))
        #expect(try !collections.delete("vögel"))
        #expect(throws: VectorDatabaseError.noCollection("vögel")) { try notes.ids() }
        let again = try collections.create("vögel", dimensions: 2, options: VectorOptions())
        #expect(try again.ids().isEmpty)
        // It is another of that name.
        #expect(throws: VectorDatabaseError.noCollection("vögel")) { try notes.ids() }
        try again.close()
        #expect(throws: VectorDatabaseError.closed) { try again.ids() }
        #expect(throws: VectorDatabaseError.missingDimensions(path: "http://direct")) {
            _ = try collections.delete("vögel")
            _ = try transport.open(nil, dimensions: nil)
        }
    }

    @Test(
        "errors arrive as they were thrown",
        arguments: [
            .missingDimensions(path: "p"), .dimensionMismatch(expected: 3, actual: 4),
            .notFinite(id: "ü"), .notFinite(id: ""), .notFinite(id: nil),
            .alreadyPresent(id: "a\0b"), .notFound(id: ""), .repeatedID("r"),
            .unequalCounts(ids: 1, others: 2, what: "vectors"), .invalidFilter("f"),
            .invalidArgument("a"), .invalidName("n"), .collectionExists("c"), .noCollection("x"),
            .file(path: "p", detail: "d"), .storage("s"),
        ] as [VectorDatabaseError])
    func errors(error: VectorDatabaseError) throws {
        var writer = CallWriter()
        writer.error(error)
        let read = try writer.bytes.withUnsafeBytes { bytes in
            var reader = CallReader(bytes)
            let error = try reader.error()
            try reader.finish()
            return error
        }
        #expect(read == error)
    }

    @Test("calls that are cut or altered are refused or done, and the server goes on")
    func alteredCalls() throws {
        let transport = try DirectTransport()
        let collection = try transport.open()
        let json = try [metadata(#"{"n":1}"#), nil]
        try collection.add(["a", "b"], [[1, 2, 3], [4, 5, 6]], json)
        try collection.update("a", vector: [1, 1, 1], json: metadata("{}"))
        let search = CollectionSearch(
            k: 2, ef: nil, filter: try filter(#"{"n":1}"#), maximumDistance: nil, isExact: false)
        _ = try collection.find([1, 2, 3], search)
        _ = try collection.explanation(of: [1, 2, 3], search)
        _ = try collection.contents()
        _ = try collection.count(matching: filter("{}"))
        try collection.setQuantized(true)
        let calls = transport.calls
        var random = SeededRandom(seed: 11)
        for call in calls {
            for count in call.indices {
                let answer = transport.answer(Array(call[..<count]))
                #expect(answer.first == 1, "cut at \(count)")
            }
            for _ in 0..<300 {
                var altered = call
                // Not the operation: an altered one is another call.
                altered[random.number(10...call.count - 1)] = UInt8(random.below(256))
                let answer = transport.answer(altered)
                #expect(answer.first == 0 || answer.first == 1, "\(random)")
            }
            #expect(transport.answer(call + [0]).first == 1)
        }
        #expect(transport.answer([2] + calls[0].dropFirst()).first == 1)
        #expect(try collection.count(matching: nil) >= 0)
    }

    @Test("an answer that is none is an error that says so")
    func alteredAnswers() throws {
        let transport = try DirectTransport()
        let collection = try transport.open()
        try collection.add(["a"], [[1, 2, 3]])
        for answer in [[], [0], [0, 255, 255, 255, 255, 255, 255, 255, 127], [1], [1, 99], [7]] {
            transport.answerInstead(answer.map { UInt8($0) })
            for call: () throws -> Any in [
                { try collection.ids() }, { try collection.row("a") }, { try collection.stats() },
            ] {
                let error = #expect(throws: VectorDatabaseError.self) { _ = try call() }
                guard case .storage? = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
            }
        }
        transport.answerInstead(nil)
        #expect(try collection.ids() == ["a"])
    }

    @Test("what a call needs is what it does")
    func needs() throws {
        let transport = try DirectTransport()
        func need(_ body: () throws -> Void) rethrows -> CollectionNeed? {
            try body()
            return transport.calls.last?.withUnsafeBytes { CollectionService.need(of: $0) }
        }
        var collection = try transport.open("notes")
        #expect(try need { collection = try transport.open("notes") }?.level == .admin)
        let reading = try need { collection = try transport.open("notes", dimensions: nil) }
        #expect(reading?.level == .read)
        #expect(reading?.table?.description == "notes")
        #expect(try need { try collection.add(["a"], [[1, 2, 3]]) }?.level == .write)
        #expect(try need { _ = try collection.deleteMany(["a"]) }?.level == .write)
        #expect(try need { _ = try collection.ids() }?.level == .read)
        #expect(try need { try collection.setQuantized(true) }?.level == .admin)
        let collections = try RemoteCollections(transport)
        let all = try need { _ = try collections.list() }
        #expect(all?.level == .read)
        #expect(all?.table == nil)
        #expect(try need { _ = try collections.delete("notes") }?.level == .admin)
        #expect([1, 2].withUnsafeBytes { CollectionService.need(of: $0) } == nil)
    }
}
