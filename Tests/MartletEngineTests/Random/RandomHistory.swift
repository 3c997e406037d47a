// A history of random operations, run on an engine and on the plain model side by side. Every answer
// is compared when it comes; the seed alone decides what happens.

import MartletCatalog
import MartletEngine
import MartletExpressions
import MartletKeyValue
import MartletModel
import MartletTestBasics
import MartletTestSupport
import Testing

struct RandomHistory {
    private var random: SeededRandom
    private var database: TestDatabase
    private var models: [TableName: ReferenceTable] = [:]
    private var tokenCount = 0
    private var lastTransaction: (actions: [TransactWriteItems.Action], token: String)?
    /// What was done, for the reader of a failure.
    private(set) var log: [String] = []

    init(seed: UInt64) throws {
        random = SeededRandom(seed: seed)
        database = try TestDatabase()
    }

    private var place: Comment {
        "\(random); last steps: \(log.suffix(5).joined(separator: "; "))"
    }

    mutating func run(steps: Int) throws {
        for step in 1...steps {
            try self.step()
            if step % 150 == 0 || step == steps { try check() }
        }
    }

    private mutating func step() throws {
        guard let table = pickTable() else { return try createTable() }
        switch random.below(100) {
        case 0: try createTable()
        case 1: try deleteTable(table)
        case 2: try reopen()
        case 3: random.chance(1, in: 2) ? try createIndex(table) : try createVectorIndex(table)
        case 4: random.chance(1, in: 2) ? try deleteIndex(table) : try deleteVectorIndex(table)
        case 5..<30: try put(table)
        case 30..<45: try update(table)
        case 45..<57: try delete(table)
        case 57..<63: try batch(table)
        case 63..<71: try transact(table)
        case 71..<74: try replay()
        case 74..<80: try get(table)
        case 80..<92: try query(table)
        default: try scan(table)
        }
    }

    // MARK: - Tables

    private mutating func pickTable() -> TableName? {
        let names = models.keys.sorted()
        return names.isEmpty ? nil : random.pick(names)
    }

    private static let indexes: [IndexShape] = [
        IndexShape("g-a", hash: "a:S"),
        IndexShape("g-b", hash: "b:N", range: "a:S", projecting: .keysOnly),
        IndexShape("g-c", hash: "c:B", range: "b:N", projecting: .include("d")),
        IndexShape("gabc", hash: "a:S b:N", range: "c:B e:S", projecting: .include("d")),
    ]

    private static let vectorIndexes = [
        VectorShape("v-1", hash: "a:S", filters: "b:N"),
        VectorShape("v-2", projecting: .keysOnly),
        VectorShape("v-3", hash: "a:S", projecting: .include("d")),
    ]

    private mutating func createTable() throws {
        let name = random.pick(["T-0", "T-1", "T-2"] as [TableName])
        let hash = random.pick(["pk:S", "pk:N", "pk:B"])
        let range = random.pick(["", "sk:S", "sk:N", "sk:B"])
        var request = TableRequest(
            short: name, hash: hash, range: range,
            global: random.chance(1, in: 2) ? Array(Self.indexes.prefix(random.below(3))) : [],
            vectors: random.chance(1, in: 3)
                ? Array(Self.vectorIndexes.prefix(random.below(3))) : [])
        if !range.isEmpty, random.chance(1, in: 2) {
            request = TableRequest(
                short: name, hash: hash, range: range,
                local: [
                    IndexShape("l-a", hash: hash, range: "a:S"),
                    IndexShape("l-b", hash: hash, range: "b:N", projecting: .keysOnly),
                ], global: [Self.indexes[random.below(Self.indexes.count)]])
        }
        if random.chance(1, in: 2) { request = request.streaming() }
        log.append("create \(name)")
        if models[name] != nil {
            #expect(failure { try database.create(request) }?.hasPrefix("in use") == true, place)
        } else {
            models[name] = ReferenceTable(try database.create(request).definition)
        }
    }

    private mutating func deleteTable(_ name: TableName) throws {
        log.append("delete table \(name)")
        _ = try database.engine.run(DeleteTable(table: name))
        models[name] = nil
    }

    private mutating func createIndex(_ name: TableName) throws {
        let shape = random.pick(Self.indexes)
        guard models[name]!.definition.index(named: shape.name) == nil else { return }
        log.append("create index \(name) \(shape.name)")
        try database.change(TableChange(of: name, creating: shape))
        #expect(try database.waitForIndexes(name), place)
        models[name]!.definition = try database.definition(name)
    }

    private mutating func deleteIndex(_ name: TableName) throws {
        guard let index = models[name]!.definition.globalIndexes.first else { return }
        log.append("delete index \(name) \(index.name)")
        models[name]!.definition =
            try database.change(TableChange(of: name, deleting: index.name)).definition
    }

    private mutating func createVectorIndex(_ name: TableName) throws {
        let shape = random.pick(Self.vectorIndexes)
        guard models[name]!.definition.vectorIndex(named: shape.name) == nil else { return }
        log.append("create vector index \(name) \(shape.name)")
        try database.change(TableChange(of: name, creating: shape))
        #expect(try database.waitForIndexes(name), place)
        models[name]!.definition = try database.definition(name)
    }

    private mutating func deleteVectorIndex(_ name: TableName) throws {
        guard let index = models[name]!.definition.vectorIndexes.first else { return }
        log.append("delete vector index \(name) \(index.name)")
        models[name]!.definition =
            try database.change(TableChange(of: name, deletingVector: index.name)).definition
    }

    private mutating func reopen() throws {
        log.append("reopen")
        database = try database.reopened()
    }

    // MARK: - Items

    /// Few values, so that operations meet.
    private mutating func keyValue(_ type: KeyType) -> AttributeValue {
        switch type {
        case .string:
            random.pick(["", "a", "ab", "b\0", "é", "\u{1F600}"] as [AttributeValue])
                .prefixed()
        case .number: .decimal(random.pick(["-3", "-0.5", "0", "1e-9", "2", "10", "1e30"]))
        case .binary: .binary(random.pick([[0], [0, 0], [1], [255], [255, 1]]))
        }
    }

    private mutating func key(of table: TableDefinition) -> Item {
        var key = Item()
        for attribute in table.key.attributes { key[attribute.name] = keyValue(attribute.type) }
        return key
    }

    private mutating func attribute(_ name: Text) -> AttributeValue {
        switch name {
        case "a", "e": keyValue(.string)
        case "b": keyValue(.number)
        case "c": keyValue(.binary)
        case "v":
            random.pick([
                .vector("1", "0", "-2.5"), .vector("0.12345678901234567", "3", "7"),
                .vector("0", "0", "0"), .vector("1", "0", "-2.50000000001"),
            ])
        default:
            random.pick([
                .filler(random.below(300)), ["x", 1, nil], ["m": ["n": 5]], .strings("p", "q"),
                true,
            ])
        }
    }

    private mutating func item(of table: TableDefinition) -> Item {
        var item = key(of: table)
        for name in ["a", "b", "c", "d", "e", "v"] as [Text] where !random.chance(1, in: 3) {
            item[name] = attribute(name)
        }
        return item
    }

    /// A condition, bound, with the values that it names.
    private mutating func condition() throws -> (String, AttributeMap?)? {
        switch random.below(8) {
        case 0: ("attribute_exists(pk)", nil)
        case 1: ("attribute_not_exists(pk)", nil)
        case 2: ("b > :cond", [":cond": attribute("b")])
        case 3: ("a = :cond OR attribute_not_exists(d)", [":cond": attribute("a")])
        default: nil
        }
    }

    private func holds(_ condition: (String, AttributeMap?)?, for item: Item?) throws -> Bool {
        guard let (text, values) = condition else { return true }
        var bound = try Bound(nil, values)
        let condition = try bound.condition(text)!
        return item.map { condition.holds(for: $0) } ?? condition.holds(for: MissingItem())
    }

    private mutating func put(_ table: TableName) throws {
        let item = item(of: models[table]!.definition)
        let condition = try condition()
        let key = models[table]!.key(of: item)
        let old = models[table]![key]
        log.append("put \(table) \(item.notation) if \(condition?.0 ?? "-")")
        // Sometimes an index key of the wrong type, which refuses the item.
        if random.chance(1, in: 10), let index = models[table]!.definition.indexes.first {
            let attribute = index.key.attributes.last!
            if !models[table]!.definition.key.contains(attribute.name) {
                let bad = item.with(attribute.name, true)
                #expect(
                    failure { try database.put(bad, in: table) }?.hasPrefix("validation") == true,
                    place)
            }
        }
        if try holds(condition, for: old) {
            let answer = try database.put(
                item, in: table, if: condition?.0, condition?.1, returnsOldItem: true)
            #expect(answer.attributes?.item == old, place)
            models[table]![key] = item
        } else {
            let expected = "condition failed" + (old.map { ": " + $0.notation } ?? "")
            #expect(
                failure {
                    try database.put(
                        item, in: table, if: condition?.0, condition?.1, showsItemOnFailure: true)
                } == expected, place)
        }
    }

    private mutating func updateText() -> (String, AttributeMap?) {
        switch random.below(10) {
        case 0: ("SET a = :v", [":v": attribute("a")])
        case 8: ("SET v = :v", [":v": attribute("v")])
        case 9: ("REMOVE v", nil)
        case 1: ("SET b = :v", [":v": attribute("b")])
        case 2: ("SET c = :v REMOVE a", [":v": attribute("c")])
        case 3: ("REMOVE a, b", nil)
        case 4: ("ADD hits :v", [":v": 1])
        case 5: ("SET d = :v, e = :w", [":v": attribute("d"), ":w": attribute("e")])
        case 6: ("REMOVE d", nil)
        default: ("SET began = if_not_exists(began, :v)", [":v": .integer(log.count)])
        }
    }

    /// What the update makes of the model's item; nil when it creates nothing.
    private func updated(_ old: Item?, _ key: Item, _ text: String, _ values: AttributeMap?) throws
        -> Item?
    {
        var bound = try Bound(nil, values)
        let update = try bound.update(text)!
        if old == nil, update.onlyRemoves { return nil }
        return try update.apply(to: old ?? key)
    }

    private mutating func update(_ table: TableName) throws {
        let keyItem = key(of: models[table]!.definition)
        let (text, values) = updateText()
        let condition = try condition()
        let key = models[table]!.key(of: keyItem)
        let old = models[table]![key]
        log.append("update \(table) \(keyItem.notation) \(text) if \(condition?.0 ?? "-")")
        var all = values ?? [:]
        for entry in condition?.1 ?? [:] { all[entry.name] = entry.value }
        let run = { [database] in
            try database.update(
                keyItem, text, in: table, if: condition?.0, all.isEmpty ? nil : all,
                returning: .allNew)
        }
        guard try holds(condition, for: old) else {
            #expect(failure(of: run) == "condition failed", place)
            return
        }
        let new = try updated(old, keyItem, text, values)
        #expect(try run().attributes?.item == new, place)
        models[table]![key] = new
    }

    private mutating func delete(_ table: TableName) throws {
        let keyItem = key(of: models[table]!.definition)
        let key = models[table]!.key(of: keyItem)
        log.append("delete \(table) \(keyItem.notation)")
        let answer = try database.delete(keyItem, in: table, returnsOldItem: true)
        #expect(answer.attributes?.item == models[table]![key], place)
        models[table]![key] = nil
    }

    private mutating func distinctKeys(_ table: TableName, atMost count: Int) -> [Item] {
        var keys: [Item] = []
        for _ in 0...random.below(count) {
            let key = key(of: models[table]!.definition)
            if !keys.contains(key) { keys.append(key) }
        }
        return keys
    }

    private mutating func filled(_ key: Item, _ table: TableName) -> Item {
        var item = item(of: models[table]!.definition)
        for entry in key { item[entry.name] = entry.value }
        return item
    }

    private mutating func batch(_ table: TableName) throws {
        log.append("batch \(table)")
        var requests: [BatchWriteItem.Request] = []
        for key in distinctKeys(table, atMost: 12) {
            let item: Item? = random.chance(1, in: 3) ? nil : filled(key, table)
            requests.append(item.map { .put($0) } ?? .delete(key: key))
            models[table]![models[table]!.key(of: key)] = item
        }
        try database.batchWrite(requests, in: table)
    }

    private mutating func transact(_ table: TableName) throws {
        log.append("transaction \(table)")
        var actions: [TransactWriteItems.Action] = []
        var next = models[table]!
        var codes: [String] = []
        for keyItem in distinctKeys(table, atMost: 5) {
            let condition = random.chance(1, in: 2) ? try condition() : nil
            let key = next.key(of: keyItem)
            let old = next[key]
            codes.append(try holds(condition, for: old) ? "None" : "ConditionalCheckFailed")
            switch random.below(4) {
            case 0:
                actions.append(
                    try .delete(keyItem, in: table, if: condition?.0, condition?.1))
                next[key] = nil
            case 1:
                actions.append(
                    try .check(
                        keyItem, in: table, if: condition?.0 ?? "size(pk) <> :impossible",
                        condition?.1 ?? (condition == nil ? [":impossible": -1] : nil)))
                if condition == nil {
                    // Numbers and missing items have no size; then the comparison is of nothing.
                    var bound = try Bound(nil, [":impossible": -1])
                    let check = try bound.condition("size(pk) <> :impossible")!
                    let holds = old.map { check.holds(for: $0) } ?? check.holds(for: MissingItem())
                    codes[codes.count - 1] = holds ? "None" : "ConditionalCheckFailed"
                }
            case 2:
                let (text, values) = updateText()
                var all = values ?? [:]
                for entry in condition?.1 ?? [:] { all[entry.name] = entry.value }
                actions.append(
                    try .update(
                        keyItem, text, in: table, if: condition?.0, all.isEmpty ? nil : all))
                next[key] = try updated(old, keyItem, text, values)
            default:
                let item = filled(keyItem, table)
                actions.append(try .put(item, in: table, if: condition?.0, condition?.1))
                next[key] = item
            }
        }
        tokenCount += 1
        let token = "token \(tokenCount)"
        let text = failure {
            try database.transact(actions, token: .init(text: token, requestDigest: [7]))
        }
        if codes.allSatisfy({ $0 == "None" }) {
            #expect(text == nil, place)
            models[table] = next
            lastTransaction = (actions, token)
        } else {
            let found = (text ?? "").dropFirst("cancelled: ".count)
                .replacing(" The conditional request failed", with: "")
            #expect(found == codes.joined(separator: ", "), place)
        }
    }

    /// The last transaction once more, under its token: nothing happens.
    private mutating func replay() throws {
        guard let (actions, token) = lastTransaction, models[actions[0].table] != nil else {
            return
        }
        log.append("replay")
        let text = failure {
            try database.transact(actions, token: .init(text: token, requestDigest: [7]))
        }
        // Its table may have been replaced by one with another key.
        #expect(
            text == nil || text!.hasPrefix("cancelled: ValidationError")
                || text!.contains("ValidationError"), place)
    }

    // MARK: - Reads

    private mutating func get(_ table: TableName) throws {
        let keyItem = key(of: models[table]!.definition)
        log.append("get \(table)")
        #expect(
            try database.get(keyItem, in: table) == models[table]![models[table]!.key(of: keyItem)],
            place)
    }

    private mutating func pickIndex(_ table: TableName) -> IndexDefinition? {
        let indexes = models[table]!.definition.indexes
        return indexes.isEmpty || random.chance(1, in: 3) ? nil : random.pick(indexes)
    }

    private mutating func query(_ table: TableName) throws {
        let model = models[table]!
        let index = pickIndex(table)
        let key = index?.key ?? model.definition.key
        let rows = model.rows(of: index)
        var values: AttributeMap = [:]
        var clauses: [String] = []
        let sample = rows.isEmpty ? nil : random.pick(rows)
        for attribute in key.hash {
            values[Text(":\(attribute.name)")] =
                sample?[attribute.name] ?? keyValue(attribute.type)
            clauses.append("\(attribute.name) = :\(attribute.name)")
        }
        for attribute in key.range {
            let name = attribute.name
            let operand = keyValue(attribute.type)
            let kind = random.below(7)
            if kind == 0 { break }
            if kind == 6, attribute.type == .number { break }
            if kind == 5 {
                let other = keyValue(attribute.type)
                let isOrdered = !ReferenceTable.precedes(other, operand)
                values[Text(":\(name)")] = isOrdered ? operand : other
                values[Text(":\(name)2")] = isOrdered ? other : operand
                clauses.append("\(name) BETWEEN :\(name) AND :\(name)2")
                break
            }
            values[Text(":\(name)")] = operand
            if kind == 6 {
                clauses.append("begins_with(\(name), :\(name))")
                break
            }
            let comparators = ["=", "<", "<=", ">", ">="]
            let comparator = comparators[random.below(5)]
            clauses.append("\(name) \(comparator) :\(name)")
            if comparator != "=" { break }
        }
        let text = clauses.joined(separator: " AND ")
        let isForward = random.chance(1, in: 2)
        // A query for one item has no second page.
        let isForOneItem =
            index == nil && clauses.count == key.attributes.count
            && clauses.allSatisfy { $0.contains(" = ") }
        let limit = isForOneItem || random.chance(1, in: 2) ? nil : 1 + random.below(5)
        log.append("query \(table) \(index?.name.string ?? "") \(text) \(limit ?? 0)")
        var bound = try Bound(nil, values)
        let expected = model.query(index, try bound.keyCondition(text), isForward: isForward)
        let found = try database.queryAll(
            text, values, in: table, index: index?.name, isForward: isForward, limit: limit)
        #expect(found == expected, place)
    }

    private mutating func scan(_ table: TableName) throws {
        let index = pickIndex(table)
        log.append("scan \(table) \(index?.name.string ?? "")")
        let limit = random.chance(1, in: 2) ? nil : 1 + random.below(7)
        let total = 1 + random.below(4)
        var found: [Item] = []
        for number in 0..<total {
            found += try database.scanAll(
                table, index: index?.name,
                segment: total == 1 ? nil : Scan.Segment(number: number, total: total),
                limit: limit)
        }
        #expect(
            found.map(\.notation).sorted()
                == models[table]!.rows(of: index).map(\.notation).sorted(), place)
    }

    /// The table, made anew from its stream alone.
    private func checkStream(
        _ label: String, of name: TableName, against model: ReferenceTable
    ) throws {
        let stream = try database.streams(name).first { $0.label == label }
        var replica = Replica()
        for record in try database.allRecords(try #require(stream).arn, pageLimit: 100) {
            #expect(replica.apply(record) == nil, place)
        }
        #expect(replica.contents == model.allItems.map(\.notation).sorted(), place)
    }

    /// The checker has the last word.
    private mutating func check() throws {
        #expect(try database.findings() == [], place)
        #expect(try database.engine.run(ListTables()).names == models.keys.sorted(), place)
        for (name, model) in models.sorted(by: { $0.key < $1.key }) {
            let description = try database.describe(name)
            #expect(description.definition == model.definition, place)
            #expect(description.tally == model.tally(of: nil), place)
            if let label = model.definition.stream?.label {
                try checkStream(label, of: name, against: model)
            }
            for index in model.definition.indexes {
                #expect(description.indexTallies[index.id] == model.tally(of: index), place)
            }
            for index in model.definition.vectorIndexes {
                #expect(description.indexTallies[index.id] == model.tally(of: index), place)
            }
        }
    }
}

extension AttributeValue {
    /// Text that is never empty.
    fileprivate func prefixed() -> AttributeValue {
        guard case .string(let text) = self else { return self }
        return .text("k" + text.string)
    }
}
