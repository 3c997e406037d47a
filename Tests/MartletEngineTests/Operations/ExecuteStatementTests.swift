import MartletCatalog
import MartletExpressions
import MartletKeyValue
import MartletModel
import MartletPartiQL
import MartletTestBasics
import MartletTestSupport
import Testing

@testable import MartletEngine

@Suite struct ExecuteStatementTests {
    // MARK: Errors

    private static let wrongType =
        "validation: Key attribute's data type should match its data type in table's schema: Key "

    /// Statements of the table `orders` and what they are refused with, by what comes first.
    private static let refusals: [Case<String>] = [
        Case("SELECT * FROM none.byDate WHERE pk = 1", "not found: Requested resource not found"),
        Case(
            "SELECT * FROM \"Tab\".\"none\" WHERE pk = 1",
            "validation: The table does not have the specified index"),
        Case(
            "SELECT a, note FROM Tab.byShop WHERE shop = 1",
            "validation: One or more parameter values were invalid: Global secondary index byShop "
                + "does not project [a, note]"),
        Case(
            "SELECT * FROM Tab WHERE pk.x = 1",
            "validation: Key attributes must be scalars; list random access '[]' and map lookup "
                + "'.' are not allowed: Key: pk"),
        Case("SELECT * FROM Tab WHERE pk = 1 OR pk = 1", wrongType + "pk"),
        Case("SELECT * FROM Tab WHERE a = 1 AND sk > 'x'", wrongType + "sk"),
        Case(
            "SELECT * FROM Tab WHERE pk = [1]",
            "validation: Key value must be of type S, N, or B. Key name: pk, Key type: L"),
        Case(
            "SELECT * FROM Tab WHERE pk = ''",
            "validation: One or more parameter values are not valid. The AttributeValue for a key "
                + "attribute cannot contain an empty string value. Key: pk"),
        Case(
            "SELECT * FROM Tab WHERE pk = 'a' AND (sk < 2 OR sk BETWEEN 1 AND 3) ORDER BY note",
            "validation: Overlapping conditions with range keys are not supported in where clause"),
        Case(
            "SELECT * FROM Tab.byState WHERE phase = 'x' AND price = 1 ORDER BY note",
            "validation: One or more parameter values were invalid: Secondary index byState does "
                + "not project one or more filter attributes: [price]"),
        Case(
            "SELECT * FROM Tab WHERE pk = 'a' ORDER BY note",
            "validation: Attribute note in ORDER BY clause must be part of the primary key"),
        Case(
            "UPDATE Tab SET sk = 1 WHERE pk = 'a'",
            "validation: Where clause does not contain a mandatory equality on all key attributes"),
        Case(
            "UPDATE Tab SET sk = 1 WHERE pk = 'a' AND sk = 1",
            "validation: One or more parameter values were invalid: Cannot update attribute sk. "
                + "This attribute is part of the key"),
        Case(
            "UPDATE Tab SET a = 1 WHERE pk = 'a' AND sk = '1'",
            "validation: The provided key element does not match the schema"),
        Case(
            "INSERT INTO Tab VALUE {'pk': 'a'}",
            "validation: One or more parameter values were invalid: Missing the key sk in the item"),
        Case(
            "INSERT INTO Tab VALUE {'pk': 'a', 'sk': 1, 'shop': 1}",
            "validation: One or more parameter values were invalid: Type mismatch for Index Key "
                + "shop Expected: S Actual: N IndexName: byShop"),
        Case("UPDATE Tab SET a = 1 WHERE pk = 'none' AND sk = 1", "condition failed"),
        Case("INSERT INTO Tab VALUE {'pk': 'ann', 'sk': 1}", "duplicate item"),
    ]

    @Test("each fault has its text, and the first in the order of checks wins", arguments: refusals)
    func refuses(_ refusal: Case<String>) throws {
        let database = try TestDatabase(.orders)
        try database.put(.order)
        let before = database.dump()
        #expect(failure { try database.execute(refusal.input) } == refusal.expected)
        #expect(database.dump() == before)
    }

    @Test("a vector index is no source, whatever the condition")
    func vectorIndex() throws {
        let database = try TestDatabase(
            TableRequest(vectors: [VectorShape("near", dimensions: 2)]))
        #expect(
            failure { try database.execute("SELECT * FROM Tab.near WHERE pk = 'a'") }
                == "validation: Scan operation not supported on this index type")
    }

    // MARK: Plans

    @Test("what a condition pins decides what is read, and so what it costs")
    func plans() throws {
        let database = try TestDatabase(TableRequest(range: "sk:N"))
        for pk in ["a", "b", "c"] {
            for sk in 1...10 {
                try database.put(
                    ["pk": .text(pk), "sk": .integer(sk), "v": .filler(4000), "e": .bool(sk > 5)])
            }
        }
        let cases: [(String, units: Double, rows: Int)] = [
            ("", 15, 30), ("WHERE sk = 1", 15, 3), ("WHERE pk > 'a'", 15, 20),
            ("WHERE pk = 'a'", 5, 10), ("WHERE pk = 'a' AND e = true", 5, 5),
            ("WHERE pk = 'a' AND sk <= 4", 2, 4), ("WHERE pk = 'a' AND sk = 4", 0.5, 1),
            ("WHERE pk = 'a' AND sk > 2 AND sk < 5 AND sk <> 3", 1, 1),
            ("WHERE pk = 'a' AND sk IN [2, 5, 99]", 1.5, 2),
            ("WHERE pk IN ['a', 'c'] AND sk = 2", 1, 2),
            ("WHERE (pk = 'a' AND sk = 1) OR (pk = 'b' AND sk > 8)", 1.5, 3),
            ("WHERE pk = 'a' OR e = true", 15, 20), ("WHERE NOT pk = 'a'", 15, 20),
        ]
        for (condition, units, rows) in cases {
            let page = try database.execute("SELECT * FROM Tab \(condition)", report: .total)
            #expect(page.capacity?.total == units, "\(condition)")
            #expect(page.items.count == rows, "\(condition)")
            #expect(page.nextToken == nil, "\(condition)")
        }
    }

    @Test("a read that is longer than its budget gives up, and is the same without one")
    func budgets() throws {
        let database = try TestDatabase(TableRequest(range: "sk:N"))
        for sk in 1...300 { try database.put(["pk": "a", "sk": .integer(sk)]) }
        let long = try ExecuteStatement(ParsedStatement("SELECT * FROM Tab WHERE pk = 'a'"))
        #expect(try database.engine.run(long, within: .short) == nil)
        #expect(try database.engine.run(long).items.count == 300)
        let short = try ExecuteStatement(
            ParsedStatement("SELECT * FROM Tab WHERE pk = 'a' AND sk < 9"))
        #expect(try database.engine.run(short, within: .short)?.items.count == 8)
    }

    /// A condition on the keys and attributes of the random table, as text.
    private func condition(_ random: inout SeededRandom, depth: Int) -> String {
        if depth > 0, random.chance(3, in: 5) {
            let parts = (0...random.number(1...2)).map { _ in
                condition(&random, depth: depth - 1)
            }
            let joined = parts.map { "(\($0))" }
                .joined(separator: random.chance(2, in: 3) ? " AND " : " OR ")
            return random.chance(1, in: 10) ? "NOT (\(joined))" : joined
        }
        let pk = { (random: inout SeededRandom) in "'\(random.pick(["a", "b", "c", "d"]))'" }
        switch random.below(9) {
        case 0, 1: return "pk = \(pk(&random))"
        case 2: return "pk IN [\(pk(&random)), \(pk(&random))]"
        case 3: return "sk = \(random.below(8))"
        case 4: return "sk \(random.pick(["<", "<=", ">", ">=", "<>"])) \(random.below(8))"
        case 5: return "sk BETWEEN \(random.below(5)) AND \(random.below(9))"
        case 6: return "sk IN (\(random.below(8)), \(random.below(8)))"
        case 7: return "g = \(random.below(4))"
        default: return "e IS \(random.pick(["MISSING", "NOT MISSING", "NUMERIC"]))"
        }
    }

    @Test(
        "whatever the plan and the pages, a SELECT shows each row that its condition holds for, once"
    )
    func randomConditions() throws {
        var random = SeededRandom(seed: testSetting("MARTLET_TEST_SEED") ?? 4242)
        let database = try TestDatabase(
            TableRequest(range: "sk:N", global: [IndexShape("byG", hash: "g:N", range: "sk:N")]))
        var items: [Item] = []
        for pk in ["a", "b", "c"] {
            for sk in 0..<8 {
                var item: Item = ["pk": .text(pk), "sk": .integer(sk)]
                if random.chance(2, in: 3) { item["g"] = .integer(random.below(4)) }
                if random.chance(1, in: 2) { item["e"] = .integer(random.below(3)) }
                items.append(item)
                try database.put(item)
            }
        }
        var answered = 0
        for _ in 0..<1500 {
            let text = condition(&random, depth: 3)
            let source = random.pick(["Tab", "Tab.byG"])
            let statement = "SELECT * FROM \(source) WHERE \(text)"
            guard case .select(let select) = try Statement(reading: statement) else { continue }
            let test = ConditionExpression(select.condition!)
            let expected = items.filter { item in
                (source == "Tab" || item["g"] != nil) && test.holds(for: item)
            }
            let limit = random.chance(1, in: 2) ? random.number(1...6) : nil
            let pages: [[Item]]
            do throws(OperationError) {
                pages = try database.pages(statement, limit: limit)
            } catch {
                let refusals = [
                    "validation: Overlapping conditions with range keys are not supported in where "
                        + "clause",
                    "validation: Too many decomposed read operations for a given query.",
                ]
                #expect(refusals.contains(error.summary), "\(statement) \(random)")
                continue
            }
            answered += 1
            let found = pages.joined().map(\.notation).sorted()
            #expect(found == expected.map(\.notation).sorted(), "\(statement) \(random)")
            if let limit { #expect(pages.allSatisfy { $0.count <= limit }, "\(random)") }
        }
        #expect(answered > 500, "\(random)")
    }

    @Test("a condition sees what its index holds, though columns come from the table")
    func indexView() throws {
        let database = try TestDatabase(.orders)
        try database.put(.order)
        func shown(_ rest: String) throws -> [Item] {
            try database.execute("SELECT note FROM \(rest)").items.map(\.item)
        }
        #expect(try shown("Tab.byTotal WHERE price = 12") == [["note": "quick"]])
        #expect(try shown("Tab.byTotal WHERE note = 'quick'") == [])
        #expect(try shown("Tab.byTotal WHERE note IS MISSING") == [["note": "quick"]])
        #expect(try shown("Tab WHERE note = 'quick'") == [["note": "quick"]])
    }

    // MARK: Writes

    @Test("statements write as the operations do: items, indexes, counts and capacity together")
    func writes() throws {
        let database = try TestDatabase(.orders)
        let twin = try TestDatabase(.orders)
        let inserted = try database.execute(
            "INSERT INTO Tab VALUE ?", .map(.order), report: .indexes)
        let put = try twin.put(.order, report: .indexes)
        #expect(inserted.capacity == put.capacity)
        #expect(database.rows == twin.rows)
        let updated = try database.execute(
            "UPDATE Tab SET phase = 'sent', lines[0].\"count\" = 5 REMOVE note WHERE pk = 'ann' "
                + "AND sk = 1 AND price > 10 RETURNING MODIFIED OLD *", report: .indexes)
        let update = try twin.update(
            ["pk": "ann", "sk": 1], "SET phase = :p, #l[0].#c = :c REMOVE note",
            names: ["#l": "lines", "#c": "count"], [":p": "sent", ":c": 5],
            returning: .updatedOld, report: .indexes)
        #expect(updated.capacity == update.capacity)
        #expect(updated.items.map(\.item) == [update.attributes?.item])
        #expect(database.rows == twin.rows)
        try database.execute("DELETE FROM Tab WHERE pk = 'ann' AND sk = 1")
        #expect(try database.findings() == [])
        #expect(try database.describe().tally == Tally())
    }

    @Test("a write that waited while its table was made anew follows the new key")
    func replacedTable() throws {
        let gate = GateStore(MemoryStore())
        let database = try TestDatabase(TableRequest(), store: gate)
        let answers = Collected<String>()
        func submit(_ text: String, _ name: String) throws(OperationError) {
            database.submit(try ExecuteStatement(ParsedStatement(text)), name, to: answers)
        }
        gate.shut()
        database.submit(DeleteTable(table: "Tab"), "drop", to: answers)
        database.submit(CreateTable(TableRequest(hash: "id:N")), "make", to: answers)
        try submit("INSERT INTO Tab VALUE {'pk': 'a', 'id': 1}", "insert")
        try submit("UPDATE Tab SET v = 1 WHERE pk = 'a' AND id = 1", "update")
        try submit("DELETE FROM Tab WHERE pk = 'a'", "delete")
        gate.open()
        #expect(try database.wait { answers.all.count == 5 })
        #expect(
            answers.all == [
                "drop", "make", "insert", "update",
                "delete validation: Where clause does not contain a mandatory equality on all key "
                    + "attributes",
            ])
        #expect(try database.get(["id": 1]) == ["id": 1, "pk": "a", "v": 1])
    }

    // MARK: Tokens

    @Test("a token that was spoiled is refused, and never reads what its statement would not")
    func tokens() throws {
        var random = SeededRandom(seed: testSetting("MARTLET_TEST_SEED") ?? 9)
        let database = try TestDatabase(TableRequest(range: "sk:N"))
        for sk in 1...6 { try database.put(["pk": "a", "sk": .integer(sk)]) }
        try database.put(["pk": "b", "sk": 1])
        let text = "SELECT * FROM Tab WHERE pk = 'a' AND sk > 2"
        let token = try database.execute(text, limit: 1).nextToken!
        let all = try database.execute(text).items.map(\.item)
        #expect(try database.execute(text, from: token).items.count == 3)
        for _ in 0..<2000 {
            var spoiled = token
            switch random.below(3) {
            case 0: spoiled[random.below(spoiled.count)] ^= UInt8(1 << random.below(8))
            case 1: spoiled.removeLast(random.number(1...spoiled.count))
            default: spoiled.append(UInt8(random.below(256)))
            }
            do throws(OperationError) {
                // Without its last part a token is that of the beginning.
                let found = try database.execute(text, from: spoiled).items.map(\.item)
                #expect(found == all, "\(random)")
            } catch {
                #expect(error.summary.hasPrefix("validation: "), "\(random)")
            }
        }
        #expect(
            failure { try database.execute(text + " ", from: token) }
                == "validation: NextToken does not match request")
    }
}
