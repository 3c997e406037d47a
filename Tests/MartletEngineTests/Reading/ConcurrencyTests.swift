import MartletCatalog
import MartletEngine
import MartletKeyValue
import MartletModel
import MartletTestBasics
import MartletTestSupport
import Testing

@Suite struct ConcurrencyTests {
    @Test("readers never see half a write: an item that moves in an index is there exactly once")
    func wholeWrites() throws {
        let database = try TestDatabase(.orders)
        let count = 20
        for number in 0..<count { try database.put(Item.order.with("sk", .integer(number))) }
        let isDone = Flag()
        let surprises = Collected<String>()
        onThreads(4) { thread in
            var random = SeededRandom(seed: UInt64(thread))
            if thread == 0 {
                for step in 0..<400 {
                    let key: Item = ["pk": "ann", "sk": .integer(random.below(count))]
                    _ = try! database.update(
                        key, "SET shop = :s, price = :t, note = :s",
                        [":s": .text("s\(random.below(5))"), ":t": .integer(step)])
                }
                isDone.set()
            }
            while thread > 0, !isDone.isSet {
                let page = try! database.scan(index: "byShop")
                if page.count != count { surprises.append("\(page.count) in byShop") }
                // The same moment for an index row and the item that it is completed from.
                let full = try! database.query(
                    "pk = :v", [":v": "ann"], index: "byTotal",
                    PageWish(select: .allAttributes))
                if full.count != count { surprises.append("\(full.count) in byTotal") }
                for (item, next) in zip(full.list, full.list.dropFirst()) {
                    if ReferenceTable.precedes(next["price"]!, item["price"]!) {
                        surprises.append("totals out of order")
                    }
                }
                for item in full.list where item["note"] != "quick" && item["note"] != item["shop"]
                {
                    surprises.append("half an update")
                }
            }
        }
        #expect(surprises.all == [])
        #expect(try database.findings() == [])
    }

    @Test("tables come and go under readers and writers without harm to others")
    func changingCatalogue() throws {
        let database = try TestDatabase(.orders)
        let isDone = Flag()
        let surprises = Collected<String>()
        let allowed = ["not found", "in use", "validation: The provided key element"]
        onThreads(4) { thread in
            var random = SeededRandom(seed: UInt64(thread))
            if thread == 0 {
                for round in 0..<60 {
                    _ = failure {
                        try database.create(
                            round % 2 == 0
                                ? TableRequest(short: "U..")
                                : TableRequest(
                                    short: "U..", global: [IndexShape("byG", hash: "g:S")]))
                    }
                    _ = failure { try database.engine.run(DeleteTable(table: "U..")) }
                }
                isDone.set()
            }
            while thread > 0, !isDone.isSet {
                let item: Item = ["pk": .text("\(random.below(9))"), "g": "x"]
                let texts = [
                    failure { try database.put(item, in: "U..") },
                    failure { try database.scan("U..") },
                    failure { try database.put(Item.order.with("sk", .integer(thread))) },
                    failure { try database.describe("U..") },
                ]
                for case let text? in texts where !allowed.contains(where: text.hasPrefix) {
                    surprises.append(text)
                }
            }
        }
        #expect(surprises.all == [])
        _ = failure { try database.engine.run(DeleteTable(table: "U..")) }
        #expect(try database.findings() == [])
        #expect(try database.scanAll().count == 3)
    }

    @Test("the checker finds nothing while writers and expiry are at work")
    func checkingMeanwhile() throws {
        let database = try TestDatabase(.orders, expiryInterval: .milliseconds(2))
        _ = try database.engine.run(
            UpdateTimeToLive(table: "Tab", attribute: "ends", isEnabled: true))
        let isDone = Flag()
        let found = Collected<String>()
        onThreads(3) { thread in
            var random = SeededRandom(seed: UInt64(thread))
            if thread == 0 {
                for _ in 0..<15 {
                    for finding in try! database.engine.checkInvariants() {
                        found.append(finding.description)
                    }
                }
                isDone.set()
            }
            while thread > 0, !isDone.isSet {
                let order = Item.order.with("sk", .integer(random.below(100)))
                    .with("shop", random.chance(1, in: 2) ? nil : "x")
                    .with("ends", .integer(1_789_999_990 + random.below(20)))
                _ = try! database.put(order)
            }
        }
        #expect(found.all == [])
    }
}
