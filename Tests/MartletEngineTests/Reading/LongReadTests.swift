// When a read counts as long, and that it is the same read either way.

import MartletCatalog
import MartletEngine
import MartletModel
import MartletTestSupport
import Testing

@Suite struct LongReadTests {
    private func database(items: Int, bytesEach: Int = 10) throws -> TestDatabase {
        let database = try TestDatabase(.orders)
        let text = String(repeating: "x", count: bytesEach)
        for number in 0..<items {
            try database.put(
                Item.order.with("pk", .text("p")).with("sk", .integer(number))
                    .with("text", .text(text)))
        }
        return database
    }

    private func scan(limit: Int? = nil, count: Bool = false) -> Scan {
        var reading = PageOptions()
        reading.limit = limit
        if count { reading.select = .count }
        return Scan(table: "Tab", reading: reading)
    }

    @Test("a page of a few rows is short, one of a thousand is not, also when it only counts")
    func rows() throws {
        let database = try database(items: 1000)
        for isCount in [false, true] {
            let short = scan(limit: 20, count: isCount)
            let page = try #require(try database.engine.run(short, within: .short))
            let whole = try database.engine.run(short)
            #expect(page.list == whole.list)
            #expect(page.count == 20)
            #expect(page.lastEvaluatedKey == whole.lastEvaluatedKey)
            #expect(try database.engine.run(scan(count: isCount), within: .short) == nil)
        }
        #expect(try database.engine.run(scan()).count == 1000)
    }

    @Test("a few large rows are long")
    func bytes() throws {
        let database = try database(items: 4, bytesEach: 100_000)
        #expect(try database.engine.run(scan(), within: .short) == nil)
        // A page that ends with its only row has nothing more to read.
        #expect(try database.engine.run(scan(limit: 1), within: .short)?.count == 1)
    }

    @Test("a batch is as long as it has keys")
    func keys() throws {
        let database = try database(items: 100)
        let keys = (0..<100).map { Item().with("pk", .text("p")).with("sk", .integer($0)) }
        for count in [1, 10, 100] {
            let batch = BatchGetItem(requests: [.init(table: "Tab", keys: Array(keys[..<count]))])
            let transaction = TransactGetItems(
                gets: keys[..<count].map { .init(table: "Tab", key: $0) })
            let isShort = count < 100
            #expect((try database.engine.run(batch, within: .short) != nil) == isShort)
            #expect((try database.engine.run(transaction, within: .short) != nil) == isShort)
        }
    }

    @Test("a fault is found before the length")
    func faults() throws {
        let database = try database(items: 1)
        #expect(throws: OperationError.self) {
            try database.engine.run(Scan(table: "Missing"), within: .short)
        }
    }
}
