import Glibc
import MartletCatalog
import MartletModel
import MartletTestBasics
import MartletTestSupport
import MartletVectors
import Testing

@testable import MartletEngine

extension AttributeValue {
    fileprivate static func vector(_ elements: Float...) -> AttributeValue {
        .list(elements.map { .number(try! DecimalNumber(parsing: "\($0)")) })
    }
}

extension TableRequest {
    /// Things with a vector of two numbers, an index for each metric and one with a search schema.
    fileprivate static var things: TableRequest {
        var request = TableRequest(
            vectors: [
                VectorShape("cosine", dimensions: 2), VectorShape("length", dimensions: 2),
                VectorShape("product", dimensions: 2),
                VectorShape(
                    "schema", dimensions: 2, hash: "tenant:S", filters: "color:S weight:N",
                    projecting: .include("note")),
            ])
        request.vectorIndexes![1].distance = .euclidean
        request.vectorIndexes![2].distance = .dotProduct
        return request
    }
}

extension SearchVectors.Output {
    fileprivate var keys: [String] {
        matches.map { match in
            guard case .string(let key)? = match.item.item["pk"] else { return "?" }
            return key.string
        }
    }

    fileprivate var scores: [Float] { matches.map(\.score) }
}

@Suite struct SearchVectorsTests {
    private static let missingHash =
        "SearchConditionExpression must be provided when SearchSchema has a HASH key"

    /// Table, index, vector, condition, values, message. The first fault is told.
    static let refused: [(TableName, Text, [Float], String?, AttributeMap, String)] = [
        ("none", "nope", [1], "x = :v", [":v": 1], "not found: Requested resource not found"),
        (
            "Tab", "nope", [1], "x = :v", [":v": 1],
            "validation: The table does not have the specified index: nope"
        ),
        (
            "Tab", "schema", [1, 2, 3], nil, [:],
            "validation: Input search vector dimension 3 does not match vector index dimension 2"
        ),
        ("Tab", "schema", [1, 2], nil, [:], "validation: " + missingHash),
        (
            "Tab", "schema", [1, 2], "color = :v AND x = :v AND y = :v", [":v": 1],
            "validation: SearchConditionExpression must not contain any attributes that is not in "
                + "SearchSchema. Invalid attribute: x"
        ),
        (
            "Tab", "cosine", [1, 2], "tenant = :v", [":v": "a"],
            "validation: SearchConditionExpression must not contain any attributes that is not in "
                + "SearchSchema. Invalid attribute: tenant"
        ),
        (
            "Tab", "schema", [1, 2], "color = :v", [":v": 1],
            "validation: SearchConditionExpression must have all HASH attributes in configured "
                + "SearchSchema"
        ),
        (
            "Tab", "schema", [1, 2], "color = :n AND tenant = :n", [":n": 1],
            "validation: Type of 'color' attribute in SearchConditionExpression (N) does not match "
                + "type in search schema (S)"
        ),
        (
            "Tab", "schema", [1, 2], "tenant = :e AND weight = :e", [":e": ""],
            "validation: Type of 'weight' attribute in SearchConditionExpression (S) does not match "
                + "type in search schema (N)"
        ),
        (
            "Tab", "schema", [1, 2], "tenant = :e", [":e": ""],
            "validation: One or more parameter values are not valid. The AttributeValue for a key "
                + "attribute cannot contain an empty string value. Key: tenant"
        ),
    ]

    @Test("what the index does not allow is refused, in the service's order", arguments: refused)
    func refuses(
        table: TableName, index: Text, vector: [Float], condition: String?, values: AttributeMap,
        text: String
    ) throws {
        let database = try TestDatabase(.things)
        let found = failure {
            try database.search(
                vector, in: table, index: index, where: condition,
                values.isEmpty ? nil : values)
        }
        #expect(found == text)
    }

    @Test(
        "a program may ask for more items than a request, but not for none",
        arguments: [-1, 0, 100_001])
    func count(topK: Int) throws {
        let database = try TestDatabase(.things)
        #expect(
            failure { try database.search([1, 2], topK, index: "cosine") }
                == "validation: Provided TopK value '\(topK)' is out of valid range. The value must "
                + "be between 1 and 100000 inclusive")
        #expect(try database.search([1, 2], 100_000, index: "cosine").matches.isEmpty)
    }

    @Test("Query and Scan do not read vector indexes")
    func otherReads() throws {
        let database = try TestDatabase(.things)
        let consistent = PageWish(isConsistent: true)
        let inconsistent =
            "validation: Consistent reads are not supported on global secondary indexes"
        #expect(
            failure { try database.query("pk = :v", [":v": "a"], index: "cosine") }
                == "validation: Query operation not supported on this index type.")
        #expect(
            failure { try database.scan(index: "cosine") }
                == "validation: Scan operation not supported on this index type")
        #expect(
            failure { try database.query("pk = :v", [":v": "a"], index: "cosine", consistent) }
                == inconsistent)
        #expect(failure { try database.scan(index: "cosine", consistent) } == inconsistent)
    }

    private static let huge = Float.greatestFiniteMagnitude

    /// Metric's index, query, stored vector, score.
    static let scores: [(Text, [Float], [Float], Float)] = [
        ("cosine", [1, 0], [1, 0], 0), ("cosine", [1, 0], [7, 0], 0),
        ("cosine", [0.1, 0.7], [0.1, 0.7], 0), ("cosine", [0.1, 0.7], [0.2, 1.4], 0),
        ("cosine", [1, 0], [0, 3], 1), ("cosine", [1, 0], [-2, 0], 2),
        ("cosine", [1, 0], [0, 0], 1), ("cosine", [0, 0], [1, 0], 1),
        ("cosine", [0, 0], [0, 0], 1),
        ("cosine", [1e-23, 0], [1e-23, 1e-23], 0.29289323),
        ("cosine", [huge, 0], [huge, huge], 0.29289323), ("cosine", [3, 4], [4, 3], 0.04),
        ("length", [1, 0], [1, 0], 0), ("length", [1, 2], [4, 6], 5),
        ("length", [huge, 0], [-huge, 0], huge), ("length", [16_777_216, 1], [16_777_216, 0], 1),
        ("product", [1, 2], [3, 4], 11), ("product", [1, 2], [-3, -4], -11),
        ("product", [0, 1], [1, -0.0], 0), ("product", [huge, huge], [huge, -huge], 0),
        ("product", [huge, 0], [huge, 0], huge), ("product", [huge, 0], [-huge, 0], -huge),
        ("product", [16_777_216, 1], [1, 1], 16_777_216), ("product", [1e8, 1], [1, 0.5], 1e8),
    ]

    @Test("scores are those of wide arithmetic, rounded and never infinite", arguments: scores)
    func scored(index: Text, query: [Float], vector: [Float], score: Float) throws {
        let database = try TestDatabase(.things)
        try database.put(["pk": "a", "v": .vector(vector[0], vector[1])])
        let found = try database.search(query, index: index).scores
        #expect(found == [score] && found[0].sign == score.sign)
    }

    @Test("the nearest come first: the smallest distances, the largest products")
    func order() throws {
        let database = try TestDatabase(.things)
        for (key, vector): (AttributeValue, AttributeValue) in [
            ("a", .vector(1, 0)), ("b", .vector(10, 1)), ("c", .vector(0, 1)),
            ("d", .vector(-1, 0)),
        ] { try database.put(["pk": key, "v": vector]) }
        #expect(try database.search([1, 0], index: "cosine").keys == ["a", "b", "c", "d"])
        #expect(try database.search([1, 0], index: "length").keys == ["a", "c", "d", "b"])
        #expect(try database.search([1, 0], index: "product").keys == ["b", "a", "c", "d"])
        #expect(try database.search([1, 0], 2, index: "length").keys == ["a", "c"])
    }

    @Test(
        "an index of keys answers from itself what it answers from the items, changed ones included",
        arguments: [("a:S", "b:N"), ("a:N", "b:B"), ("a:B", "b:S")])
    func covered(hash: String, range: String) throws {
        let shape = VectorShape(dimensions: 2, projecting: .keysOnly)
        let database = try TestDatabase(TableRequest(hash: hash, range: range, vectors: [shape]))
        func value(_ type: Character, _ number: Int) -> AttributeValue {
            switch type {
            case "S": .string(number == 0 ? "\0 é" : Text("k\(number)"))
            case "N": .number(try! DecimalNumber(parsing: "-\(number).5E\(number)"))
            default: .binary([0, 0xFF, UInt8(number)])
            }
        }
        for number in 0..<30 {
            try database.put([
                "a": value(hash.last!, number), "b": value(range.last!, 30 - number),
                "v": .vector(Float(number % 10) - 4.5, 1 / Float(number + 1)), "note": "n",
            ])
            // Most likely, some are in the graph then, and others are pending.
            if number == 20 { usleep(20_000) }
        }
        try database.put([
            "a": value(hash.last!, 3), "b": value(range.last!, 27), "v": .vector(-0.5, -0.25),
        ])
        for query: [Float] in [[1, 0], [-0.3, 0.7], [0.2, -1]] {
            let covered = try database.search(query, 8)
            let read = try database.search(query, 8, report: .total)
            #expect(covered.scores == read.scores)
            #expect(Set(covered.matches.map(\.item.item)) == Set(read.matches.map(\.item.item)))
            #expect(covered.matches.allSatisfy { $0.item.item.count == 2 })
        }
    }

    @Test("a condition keeps what equals it; what lacks a filter's attribute never matches it")
    func conditions() throws {
        let database = try TestDatabase(.things)
        for (key, attributes): (AttributeValue, Item) in [
            ("a", ["tenant": "x", "color": "red", "weight": 1]),
            ("b", ["tenant": "x", "color": "", "weight": 2]), ("c", ["tenant": "x"]),
            ("d", ["tenant": "y", "color": "red", "weight": 1]), ("e", ["color": "red"]),
        ] {
            var item = attributes
            item["pk"] = key
            item["v"] = .vector(1, 0)
            try database.put(item)
        }
        func found(_ condition: String, _ values: AttributeMap) throws -> [String] {
            try database.search([1, 0], index: "schema", where: condition, values).keys.sorted()
        }
        #expect(try found("tenant = :t", [":t": "x"]) == ["a", "b", "c"])
        #expect(try found("tenant = :t", [":t": "none"]) == [])
        #expect(try found(":t = tenant AND color = :c", [":t": "x", ":c": "red"]) == ["a"])
        #expect(try found("tenant = :t AND color = :c", [":t": "x", ":c": ""]) == ["b"])
        #expect(try found("weight = :n AND tenant = :t", [":t": "x", ":n": 2]) == ["b"])
        #expect(
            try found(
                "weight = :n AND tenant = :t AND color = :c", [":t": "y", ":n": 1, ":c": "red"])
                == ["d"])
    }

    @Test("an answer has what the index projects, and the vector when it is named")
    func projections() throws {
        let database = try TestDatabase(.things)
        let item: Item = [
            "pk": "a", "v": .list([.number(try DecimalNumber(parsing: "0.1000000001")), -0]),
            "tenant": "x", "color": "red", "note": "n", "extra": ["one": "o", "two": "p"],
        ]
        try database.put(item)
        func shown(_ index: Text, _ projection: String? = nil) throws -> Item? {
            let condition: (String?, AttributeMap?) =
                index == "schema" ? ("tenant = :t", [":t": "x"]) : (nil, nil)
            return try database.search(
                [1, 0], index: index, where: condition.0, condition.1, showing: projection
            ).matches.first?.item.item
        }
        #expect(try shown("cosine") == item.with("v", nil))
        #expect(try shown("schema") == ["pk": "a", "tenant": "x", "color": "red", "note": "n"])
        #expect(try shown("cosine", "extra.two, pk") == ["pk": "a", "extra": ["two": "p"]])
        #expect(try shown("schema", "extra.two, note") == ["note": "n"])
        #expect(try shown("schema", "extra") == [:])
        let half: Item = ["v": .vector(0.1, 0)]
        #expect(try shown("cosine", "v") == half)
        #expect(try shown("schema", "v") == half)
        #expect(try shown("cosine", "v[0]") == ["v": .vector(0.1)])
    }

    @Test("a search sees every write that was answered before it")
    func freshness() throws {
        let database = try TestDatabase(.things)
        try database.put(["pk": "a", "v": .vector(1, 0), "tenant": "x"])
        try database.put(["pk": "b", "v": .vector(0, 1), "tenant": "x"])
        func found() throws -> [String] {
            try database.search([1, 0], index: "schema", where: "tenant = :t", [":t": "x"]).keys
        }
        #expect(try found() == ["a", "b"])
        try database.update(["pk": "a"], "SET v = :v", [":v": .vector(-1, 0)])
        #expect(try found() == ["b", "a"])
        try database.update(["pk": "b"], "SET tenant = :t", [":t": "y"])
        #expect(try found() == ["a"])
        try database.update(["pk": "b"], "SET tenant = :t REMOVE v", [":t": "x"])
        #expect(try found() == ["a"])
        try database.delete(["pk": "a"])
        #expect(try found() == [])
    }

    @Test("a search counts its dimensions and what it returns, and at least 1 KB")
    func capacity() throws {
        let database = try TestDatabase(
            .things,
            TableRequest(short: "Wide", vectors: [VectorShape(dimensions: 100)]))
        #expect(try database.search([1, 0], index: "cosine").requestBytes == nil)
        #expect(try database.search([1, 0], index: "cosine", report: .total).requestBytes == 1024)

        let vector = [Float](repeating: 1, count: 100)
        let bytes: (String?) throws -> Double? = { projection in
            try database.search(vector, in: "Wide", showing: projection, report: .indexes)
                .requestBytes
        }
        #expect(try bytes(nil) == 3068.75)
        let item: Item = [
            "pk": "abc", "v": .list([AttributeValue](repeating: 1, count: 100)), "note": "1234",
        ]
        try database.put(item, in: "Wide")
        // 65 for the match; pk, abc, note and 1234 are 13 bytes.
        #expect(try bytes(nil) == 3068.75 + 65 + 13)
        #expect(try bytes("pk") == 3068.75 + 65 + 13)
        #expect(try bytes("v[0]") == 3068.75 + 65 + 13 + 400)
    }

    @Test("an answer ends before it exceeds 16 MB")
    func largeAnswers() throws {
        let database = try TestDatabase(.things)
        for number in 0..<60 {
            try database.put([
                "pk": .string(Text("\(number)")), "v": .vector(Float(number), 1),
                "note": .filler(400_000),
            ])
        }
        // 16,777,216 / 400,0xx
        let found = try database.search([0, 1], 100, index: "length")
        #expect(found.keys == (0..<41).map { "\($0)" })
        #expect(try database.search([0, 1], 100, index: "length", showing: "pk").keys.count == 60)
    }

    @Test("a search for many items is long")
    func long() throws {
        let database = try TestDatabase(.things)
        try database.put(["pk": "a", "v": .vector(1, 0)])
        func isShort(_ topK: Int) throws -> Bool {
            try database.engine.run(
                SearchVectors(table: "Tab", index: "cosine", vector: [1, 0], topK: topK),
                within: .short) != nil
        }
        #expect(try isShort(10))
        #expect(try !isShort(100))
    }
}
