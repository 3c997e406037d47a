import MartletCatalog
import MartletEngine
import MartletModel
import MartletTestSupport
import Testing

@Suite struct ScanTests {
    private func database(items: Int) throws -> TestDatabase {
        let database = try TestDatabase(.orders)
        for number in 0..<items {
            let order = Item.order.with("pk", .text("p\(number / 3)"))
                .with("sk", .integer(number)).with("shop", .text("s\(number % 17)"))
            try database.put(number % 5 == 0 ? order.with("shop", nil) : order)
        }
        return database
    }

    @Test("segments share the items out: each is in exactly one, for any number of segments")
    func segments() throws {
        let database = try database(items: 150)
        for index in [nil, "byShop"] as [Text?] {
            let all = try database.scanAll(index: index)
            #expect(all.count == (index == nil ? 150 : 120))
            for total in [1, 2, 3, 7, 64, 1_000_000] {
                var found: [Item] = []
                // Of a million segments nearly all are empty: only some are looked at.
                let numbers =
                    total > 64 ? [0, 1, 499_999, 500_000, 999_998, 999_999] : Array(0..<total)
                for number in numbers {
                    found += try database.scanAll(
                        index: index, segment: Scan.Segment(number: number, total: total), limit: 7)
                }
                if total <= 64 {
                    // Segments are ranges of the scan's order.
                    #expect(found == all, "\(total) segments")
                } else {
                    #expect(Set(found).isSubset(of: all))
                }
            }
        }
    }

    @Test("pages of any limit make up the whole, with the items of a partition together")
    func pages() throws {
        let database = try database(items: 40)
        let all = try database.scanAll()
        #expect(Set(all).count == 40)
        for limit in [1, 2, 3, 39, 40, 41] {
            #expect(try database.scanAll(limit: limit) == all)
        }
        var partitions: [AttributeValue] = []
        for item in all where partitions.last != item["pk"] { partitions.append(item["pk"]!) }
        #expect(Set(partitions).count == partitions.count)
    }

    @Test("a limit below one and a segment that is none are refused, not guessed at")
    func numbersOutOfRange() throws {
        let database = try database(items: 3)
        let one = "validation: 1 validation error detected: Value "
        let constraint = " failed to satisfy constraint: Member must have value "
        for limit in [0, -1, Int.min] {
            #expect(
                failure { try database.scan("Tab", PageWish(limit: limit)) }
                    == one + "'\(limit)' at 'limit'\(constraint)greater than or equal to 1")
            #expect(
                failure { try database.query("pk = :p", [":p": "a"], PageWish(limit: limit)) }
                    == one + "at 'Limit'\(constraint)greater than or equal to 1")
        }
        let cases: [(number: Int, total: Int, text: String)] = [
            (0, 0, one + "'0' at 'totalSegments'\(constraint)greater than or equal to 1"),
            (
                0, 1_000_001,
                one + "'1000001' at 'totalSegments'\(constraint)less than or equal to 1000000"
            ),
            (-1, 4, one + "'-1' at 'segment'\(constraint)greater than or equal to 0"),
            (
                4, 4,
                "validation: The Segment parameter is zero-based and must be less than parameter "
                    + "TotalSegments: Segment: 4 is not less than TotalSegments: 4"
            ),
            (
                -1, 0,
                "validation: 2 validation errors detected: Value '0' at 'totalSegments'"
                    + "\(constraint)greater than or equal to 1; Value '-1' at 'segment'\(constraint)greater than or "
                    + "equal to 0"
            ),
        ]
        for (number, total, text) in cases {
            let segment = Scan.Segment(number: number, total: total)
            #expect(failure { try database.scan(segment: segment) } == text)
        }
    }

    @Test("a start key belongs to the segment and has the form of a key")
    func startKey() throws {
        let database = try database(items: 30)
        let segment = Scan.Segment(number: 0, total: 2)
        let inside = try database.scanAll(segment: segment)
        let outside = try #require(try database.scanAll().first { !inside.contains($0) })
        let start: Item = ["pk": outside["pk"]!, "sk": outside["sk"]!]
        #expect(
            failure { try database.scan(segment: segment, PageWish(start: start)) }
                == "validation: The provided starting key is invalid: Invalid ExclusiveStartKey. "
                + "Please use ExclusiveStartKey with correct Segment. TotalSegments: 2 Segment: 0")
        #expect(
            failure { try database.scan("Tab", PageWish(start: ["pk": "p1"])) }
                == "validation: The provided starting key is invalid")
    }

    @Test("a scan may filter by key attributes and costs what it reads")
    func filter() throws {
        let database = try TestDatabase(TableRequest(range: "sk:N"))
        for number in 0..<4 {
            try database.put(["pk": "a", "sk": .integer(number), "v": .filler(3000)])
        }
        let page = try database.scan(
            "Tab", PageWish(filter: "sk >= :n", isConsistent: true, report: .indexes),
            values: [":n": 3])
        #expect(page.list.map { $0["sk"] } == [3])
        #expect(page.scannedCount == 4)
        #expect(page.capacity == ConsumedCapacity(table: "Tab", total: 3, tableUnits: 3))
    }

    @Test("unknown tables and indexes are told apart")
    func unknown() throws {
        let database = try TestDatabase(.orders)
        #expect(failure { try database.scan("none") } == "not found: Requested resource not found")
        #expect(
            failure { try database.scan(index: "nope") }
                == "validation: The table does not have the specified index: nope")
    }
}
