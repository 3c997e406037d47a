// Requests refused for their rate or by chance. The rules are those of AWS's developer guide: units
// a second, five minutes of them kept, one unit for 1 KB written or 4 KB read.

import MartletCatalog
import MartletEngine
import MartletModel
import MartletTestSupport
import Testing

@Suite struct TrafficTests {
    /// Billed by its throughput.
    private static func table(
        read: Int, write: Int, global: [IndexShape] = [], indexWrite: Int = 1
    ) -> TableRequest {
        var request = TableRequest(global: global)
        request.billing = .provisioned
        request.provisioned = CapacityUnits(read: read, write: write)
        request.globalIndexes = request.globalIndexes?.map {
            var index = $0
            index.provisioned = CapacityUnits(read: 1, write: indexWrite)
            return index
        }
        return request
    }

    private func database(
        _ table: TableRequest, _ configure: (inout TrafficOptions) -> Void = { _ in }
    ) throws -> TestDatabase {
        let database = try TestDatabase {
            $0.traffic.enforcesThroughput = true
            configure(&$0.traffic)
        }
        try database.create(table)
        return database
    }

    /// What a request is refused for; nil when it is not.
    private func fault(_ body: () throws(OperationError) -> Void) -> ThrottleFault? {
        do throws(OperationError) {
            try body()
            return nil
        } catch {
            if case .throttled(let fault) = error { return fault }
            Issue.record(error)
            return nil
        }
    }

    /// How many requests in a row are taken.
    private func takenCount(_ body: () throws(OperationError) -> Void) -> Int {
        for count in 0..<5_000 where fault(body) != nil { return count }
        return 5_000
    }

    @Test("a table takes its units each second, and what it did not use for five minutes on top")
    func bursts() throws {
        let database = try database(Self.table(read: 4, write: 2))
        func write() throws(OperationError) { try database.put(["pk": "a"]) }
        #expect(takenCount(write) == 2)
        database.clock.advance(seconds: 1)
        #expect(takenCount(write) == 2)
        database.clock.advance(seconds: 10)
        #expect(takenCount(write) == 20)
        database.clock.advance(seconds: 100_000)
        #expect(takenCount(write) == 600)
        database.clock.advance(seconds: -50)
        #expect(takenCount(write) == 0)
    }

    @Test("a request that is larger than what is left is taken, and leaves a debt")
    func debt() throws {
        let database = try database(Self.table(read: 1, write: 1))
        let large: Item = ["pk": "a", "text": .text(String(repeating: "x", count: 4_500))]
        try database.put(large)  // 5 units
        database.clock.advance(seconds: 4)
        #expect(fault { () throws(OperationError) in try database.put(["pk": "b"]) } != nil)
        database.clock.advance(seconds: 1)
        #expect(fault { () throws(OperationError) in try database.put(["pk": "b"]) } == nil)
    }

    @Test("a failed condition costs what the write would have")
    func failedConditions() throws {
        let database = try database(Self.table(read: 1, write: 1))
        #expect(throws: OperationError.self) {
            try database.put(["pk": "a"], if: "attribute_exists(pk)")
        }
        #expect(fault { () throws(OperationError) in try database.put(["pk": "a"]) } != nil)
    }

    @Test("reads take read units, half as many when they may be behind")
    func reads() throws {
        let database = try database(Self.table(read: 2, write: 1))
        #expect(
            takenCount { () throws(OperationError) in
                _ = try database.engine.run(
                    GetItem(table: "Tab", key: ["pk": "a"], isConsistent: true))
            } == 2)
        database.clock.advance(seconds: 2)
        // The last half unit is not enough to begin with.
        #expect(
            takenCount { () throws(OperationError) in _ = try database.get(["pk": "a"]) } == 7)
        #expect(fault { () throws(OperationError) in _ = try database.scan() } != nil)
        #expect(
            fault { () throws(OperationError) in
                _ = try database.query("pk = :a", [":a": "a"])
            }?.reason == "TableReadProvisionedThroughputExceeded")
        try database.put(["pk": "a"])
    }

    @Test("an index that cannot take its rows refuses the writes that touch it, and no others")
    func indexes() throws {
        let database = try database(
            Self.table(read: 1, write: 100, global: [IndexShape("byN", hash: "n:N")]))
        try database.put(["pk": "a", "n": 1])
        let refused = fault { () throws(OperationError) in try database.put(["pk": "b", "n": 1]) }
        #expect(refused?.reason == "IndexWriteProvisionedThroughputExceeded")
        #expect(
            refused?.resource
                == "arn:aws:dynamodb:us-east-1:000000000000:table/Tab/index/byN")
        #expect(try database.get(["pk": "b"]) == nil)
        try database.put(["pk": "b"])
        try database.put(["pk": "a", "n": 1])  // the same again changes no row
    }

    @Test("a batch leaves over what is refused, and fails only when nothing is taken")
    func batches() throws {
        let database = try database(Self.table(read: 2, write: 2))
        let requests = (0..<5).map { BatchWriteItem.Request.put(["pk": .text("\($0)")]) }
        let written = try database.batchWrite(requests)
        #expect(written.unprocessed.map(\.requests.count) == [3])
        #expect(
            fault { () throws(OperationError) in try database.batchWrite(requests) } != nil)
        let batch = BatchGetItem(requests: [
            .init(
                table: "Tab", keys: (0..<5).map { ["pk": .text("\($0)")] }, isConsistent: true)
        ])
        let read = try database.engine.run(batch)
        #expect(read.responses.map(\.count) == [2])
        #expect(read.unprocessed == [[2, 3, 4]])
        #expect(
            fault { () throws(OperationError) in _ = try database.engine.run(batch) } != nil)
    }

    @Test("a transaction that is refused says so action by action, and writes nothing")
    func transactions() throws {
        let database = try database(Self.table(read: 1, write: 1))
        try database.put(["pk": "a"])
        do throws(OperationError) {
            try database.transact([try .put(["pk": "b"]), try .put(["pk": "c"])])
            Issue.record("it was taken")
        } catch {
            guard case .transactionCancelled(let reasons) = error else { throw error }
            #expect(
                reasons.map(\.code) == [
                    .provisionedThroughputExceeded, .provisionedThroughputExceeded,
                ])
        }
        database.clock.advance(seconds: 10)
        #expect(try database.get(["pk": "b"]) == nil)
    }

    @Test("a table that is billed by request has no such limit, nor has one without the option")
    func unlimited() throws {
        let onDemand = try database(.init())
        #expect(
            takenCount { () throws(OperationError) in try onDemand.put(["pk": "a"]) } == 5_000)
        let off = try TestDatabase(Self.table(read: 1, write: 1))
        #expect(takenCount { () throws(OperationError) in try off.put(["pk": "a"]) } == 5_000)
    }

    @Test("chance refuses about as many as it was told, and the same ones for the same seed")
    func probability() throws {
        func refusals(seed: UInt64) throws -> [Bool] {
            let database = try database(.init()) {
                $0.throttleProbability = 0.25
                $0.seed = seed
            }
            return (0..<2_000).map { _ in
                fault { () throws(OperationError) in try database.put(["pk": "a"]) } != nil
            }
        }
        let seed = UInt64.random(in: .min ... .max)
        let first = try refusals(seed: seed)
        // Six standard deviations: 1 in 500 million runs is beyond.
        #expect((385...615).contains(first.count { $0 }), "seed \(seed)")
        #expect(try refusals(seed: seed) == first, "seed \(seed)")
        let never = try database(.init()) { $0.throttleProbability = 1 }
        let refused = fault { () throws(OperationError) in try never.put(["pk": "a"]) }
        #expect(refused?.isProvisioned == false)
        #expect(refused?.reason == "TableWriteKeyRangeThroughputExceeded")
    }

    @Test("transactions that are said to be in the way refuse single writes and cancel others")
    func conflicts() throws {
        let database = try database(.init()) { $0.conflictProbability = 1 }
        #expect(failure(of: { try database.put(["pk": "a"]) }) == "transaction conflict")
        let cancelled = "cancelled: TransactionConflict Transaction is ongoing for the item"
        #expect(failure(of: { try database.transact([.put(["pk": "b"])]) }) == cancelled)
        let read = TransactGetItems(gets: [.init(table: "Tab", key: ["pk": "a"])])
        #expect(failure(of: { try database.engine.run(read) }) == cancelled)
        #expect(try database.scan().count == 0)
    }
}
