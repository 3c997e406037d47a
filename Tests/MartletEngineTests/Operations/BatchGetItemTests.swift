import MartletCatalog
import MartletEngine
import MartletModel
import MartletTestSupport
import Testing

@Suite struct BatchGetItemTests {
    @Test("found items come in the order of their keys; missing ones are left out")
    func reads() throws {
        let database = try TestDatabase(TableRequest(), TableRequest(short: "U.."))
        for key in ["a", "b", "c"] { try database.put(["pk": .text(key), "n": 1]) }
        try database.put(["pk": "a"], in: "U..")
        let output = try database.engine.run(
            BatchGetItem(
                requests: [
                    .init(table: "Tab", keys: [["pk": "c"], ["pk": "none"], ["pk": "a"]]),
                    .init(table: "U..", keys: [["pk": "a"]], isConsistent: true),
                ], capacityReport: .total))
        #expect(
            output.responses.map { $0.map(\.item) }
                == [[["pk": "c", "n": 1], ["pk": "a", "n": 1]], [["pk": "a"]]])
        #expect(output.unprocessed == [[], []])
        // Each key by itself, a miss like a small item; halved unless consistent.
        #expect(
            output.capacity == [
                ConsumedCapacity(table: "Tab", total: 1.5),
                ConsumedCapacity(table: "U..", total: 1),
            ])
    }

    @Test("a key twice, a bad key or a missing table refuse the batch")
    func refuses() throws {
        let database = try TestDatabase(TableRequest())
        func read(_ keys: [Item], from table: TableName = "Tab") -> String? {
            failure {
                try database.engine.run(BatchGetItem(requests: [.init(table: table, keys: keys)]))
            }
        }
        #expect(
            read([["pk": "a"], ["pk": "b"], ["pk": "a"]])
                == "validation: Provided list of item keys contains duplicates")
        #expect(
            read([["pk": 1]])
                == "validation: The provided key element does not match the schema")
        #expect(read([["pk": "a"]], from: "none") == "not found: Requested resource not found")
    }

    @Test("a batch stops at 16 MB; asking again for the unprocessed keys reads the rest")
    func stopsAt16Megabytes() throws {
        let database = try TestDatabase(TableRequest(), TableRequest(short: "U.."))
        let keys = (0..<60).map { Item(dictionaryLiteral: ("pk", .integer($0 + 10))) }
            .map { Item(dictionaryLiteral: ("pk", .text($0["pk"]!.notation))) }
        let bytes = 400_000
        for key in keys { try database.put(key.with("v", .filler(bytes - 5))) }
        try database.put(["pk": "late"], in: "U..")
        var left = keys
        var rounds: [Int] = []
        while !left.isEmpty {
            let output = try database.engine.run(
                BatchGetItem(requests: [
                    .init(table: "Tab", keys: left), .init(table: "U..", keys: [["pk": "late"]]),
                ]))
            rounds.append(output.responses[0].count)
            // What comes after the first key that did not fit is not read either.
            #expect(output.unprocessed[1] == (output.unprocessed[0].isEmpty ? [] : [0]))
            left = output.unprocessed[0].map { left[$0] }
        }
        #expect(rounds == [(16 << 20) / bytes, 60 - (16 << 20) / bytes])
    }
}
