// Steps that write items.

internal import MartletCatalog
internal import MartletEngine
internal import MartletKeyValue
internal import MartletModel
internal import MartletTestBasics
internal import MartletTestSupport

extension Simulation {
    // MARK: What is written

    /// Few values, so that operations meet.
    func keyValue(_ type: KeyType, _ random: inout SeededRandom) -> AttributeValue {
        switch type {
        case .string: .text("k\(random.below(6))")
        case .number: .integer(random.number(-2...3))
        case .binary: .binary([UInt8(random.below(4))])
        }
    }

    func key(of table: ModelTable, _ random: inout SeededRandom) -> Item {
        var key = Item()
        for attribute in table.definition.key.attributes {
            key[attribute.name] = keyValue(attribute.type, &random)
        }
        return key
    }

    func attribute(_ name: Text, _ random: inout SeededRandom) -> AttributeValue {
        switch name {
        case "a", "e": .text("k\(random.below(4))")
        case "n": .integer(random.number(-3...6))
        case "ends": .integer(Int(clock.now) + random.number(-200...2000))
        case "v":
            .list(
                (0..<3).map { _ in
                    .decimal(["0", "1", "-2", "0.5", "-0.25", "3"][random.below(6)])
                })
        default: .filler(random.below(random.chance(1, in: 30) ? 4000 : 9))
        }
    }

    static let names: [Text] = ["a", "n", "e", "ends", "v", "note"]

    func item(_ key: Item, _ random: inout SeededRandom) -> Item {
        var item = key
        for name in Self.names where random.chance(2, in: 3) {
            item[name] = attribute(name, &random)
        }
        return item
    }

    private func condition(_ random: inout SeededRandom) -> ModelCondition? {
        switch random.below(10) {
        case 0: .exists
        case 1: .missing
        case 2: .numberAbove(random.number(-2...4))
        case 3: .textIs("k\(random.below(4))")
        default: nil
        }
    }

    private func itemWrite(
        _ name: TableName, _ random: inout SeededRandom, mayCheck: Bool = false
    ) -> ItemWrite {
        let table = model.tables[name]!
        let key = key(of: table, &random)
        let condition = condition(&random)
        switch random.below(mayCheck ? 8 : 7) {
        case 0..<3:
            return ItemWrite(
                table: name, key: key, effect: .put(item(key, &random)), condition: condition)
        case 3, 4:
            let name2 = random.pick(Self.names)
            let update: ModelUpdate =
                switch random.below(4) {
                case 0: .remove(name2)
                case 1: .add(1 + random.below(3))
                default: .set(name2, attribute(name2, &random))
                }
            return ItemWrite(
                table: name, key: key, effect: .update(update), condition: condition)
        case 5, 6:
            return ItemWrite(table: name, key: key, effect: .delete, condition: condition)
        default:
            return ItemWrite(
                table: name, key: key, effect: .check, condition: condition ?? .exists)
        }
    }

    // MARK: Requests

    /// One request, which the model carries out at once.
    private func request(
        _ next: inout Model, _ random: inout SeededRandom
    ) -> SentWrite? {
        guard let name = pickTable(&random) else { return nil }
        switch random.below(10) {
        case 0: return batch(name, &next, &random)
        case 1, 2: return transaction(&next, &random)
        default: return single(itemWrite(name, &random), &next)
        }
    }

    private func single(_ write: ItemWrite, _ next: inout Model) -> SentWrite? {
        guard var table = next.tables[write.table] else { return nil }
        let key = table.reference.key(of: write.key)
        if touchesDue(table, key) { return nil }
        let old = table.reference[key]
        var expected = "condition failed"
        if write.condition?.holds(for: old) ?? true {
            let new = write.result(of: old)
            table.set(key, new)
            next.tables[write.table] = table
            let shown = if case .update = write.effect { new } else { old }
            expected = "ok " + (shown?.notation ?? "-")
        }
        return SentWrite(
            expected: expected, send: { database, done in try database.send(write, done) },
            note: write.note)
    }

    /// An item that is due may be gone at any moment of background work.
    func touchesDue(_ table: ModelTable, _ key: PrimaryKey) -> Bool {
        interludeIsOn && table.hasDueItem(key, clock.now)
    }

    private func batch(
        _ name: TableName, _ next: inout Model, _ random: inout SeededRandom
    ) -> SentWrite? {
        var table = next.tables[name]!
        var requests: [BatchWriteItem.Request] = []
        var keys: Set<PrimaryKey> = []
        for _ in 0...random.below(12) {
            let keyItem = key(of: table, &random)
            let key = table.reference.key(of: keyItem)
            guard !touchesDue(table, key), keys.insert(key).inserted else { continue }
            let item: Item? = random.chance(1, in: 3) ? nil : item(keyItem, &random)
            requests.append(item.map { .put($0) } ?? .delete(key: keyItem))
            table.set(key, item)
        }
        guard !requests.isEmpty else { return nil }
        next.tables[name] = table
        let operation = BatchWriteItem(
            tables: [.init(table: name, requests: requests)], capacityReport: .none)
        return SentWrite(
            expected: "ok", send: { database, done in database.send(operation, done) },
            note: "batch \(name) of \(requests.count)")
    }

    /// Actions on several tables, under a token.
    private func transaction(
        _ next: inout Model, _ random: inout SeededRandom
    ) -> SentWrite? {
        let token = "t\(random.below(1 << 30))"
        guard next.tokens[token] == nil else { return nil }
        let writes = transactionWrites(&random)
        guard !writes.isEmpty else { return nil }
        let expected = carryOut(writes, token, &next)
        return SentWrite(
            expected: expected,
            send: { database, done in
                database.send(
                    TransactWriteItems(
                        actions: try writes.map { try $0.action() },
                        token: .init(text: token, requestDigest: [7])),
                    done)
            }, note: "transaction \(token): " + writes.map(\.note).joined(separator: "; "))
    }

    private func transactionWrites(_ random: inout SeededRandom) -> [ItemWrite] {
        var keys: Set<String> = []
        var writes: [ItemWrite] = []
        for _ in 0...random.below(5) {
            guard let name = pickTable(&random) else { break }
            let write = itemWrite(name, &random, mayCheck: true)
            guard keys.insert("\(name) \(write.key.notation)").inserted,
                !touchesDue(model.tables[name]!, model.tables[name]!.reference.key(of: write.key))
            else { continue }
            writes.append(write)
        }
        return writes
    }

    /// - Returns: the answer.
    private func carryOut(_ writes: [ItemWrite], _ token: String, _ next: inout Model) -> String {
        var tables = next.tables
        var codes: [String] = []
        for write in writes {
            let key = tables[write.table]!.reference.key(of: write.key)
            let old = tables[write.table]!.reference[key]
            let holds = write.condition?.holds(for: old) ?? true
            codes.append(
                holds ? "None" : "ConditionalCheckFailed The conditional request failed")
            tables[write.table]!.set(key, write.result(of: old))
        }
        guard codes.allSatisfy({ $0 == "None" }) else {
            return "cancelled: " + codes.joined(separator: ", ")
        }
        next.tables = tables
        next.tokens[token] = clock.now
        return "ok"
    }

    // MARK: Steps

    /// Some requests that arrive together, so that they share a commit.
    func write(_ random: inout SeededRandom) throws {
        try write(count: random.chance(1, in: 2) ? 1 : 1 + random.below(6), &random)
    }

    func write(count: Int, _ random: inout SeededRandom) throws {
        var next = model
        var requests: [SentWrite] = []
        for _ in 0..<count {
            // What the model is to be decides what is written, not what is there yet.
            let before = model
            model = next
            let request = request(&next, &random)
            model = before
            if let request { requests.append(request) }
        }
        try send(requests, making: next)
    }

    /// Sends requests together and compares the answers.
    func send(_ requests: [SentWrite], making next: Model) throws {
        let numberBefore = disk.commitNumber
        let answers = Collected<(number: Int, text: String)>()
        for (number, request) in requests.enumerated() {
            note(request.note)
            try request.send(database) { answers.append((number, $0)) }
        }
        database.engine.commitQueued()
        count(writes: requests.count)
        let found = answers.all.sorted { $0.number < $1.number }.map(\.text)
        if disk.isDead {
            // Whether that commit is on the disk, its number tells.
            if disk.commitNumber > numberBefore { marks.append((disk.commitNumber, next)) }
            return try recover()
        }
        if found.contains(where: { $0.hasPrefix("storage") }), requests.count == 1 {
            try require(
                found[0].contains("a read failed"), "failed without a reason: \(found[0])")
            try require(!database.engine.refusesWrites, "a failed read stopped all writes")
            return
        }
        try require(
            found == requests.map(\.expected),
            "answers \(found), expected \(requests.map(\.expected))")
        for text in found { remember(answer: text) }
        model = next
        latestMoment = max(latestMoment, clock.now)
        mark()
    }

    func repeatTransaction(_ random: inout SeededRandom) throws {
        guard !model.readyNames.isEmpty else { return }
        let writes = transactionWrites(&random)
        guard !writes.isEmpty else { return }
        let token = "again\(random.below(1 << 30))"
        var next = model
        let expected = carryOut(writes, token, &next)
        func request(_ digest: UInt8, _ expected: String) -> SentWrite {
            SentWrite(
                expected: expected,
                send: { database, done in
                    database.send(
                        TransactWriteItems(
                            actions: try writes.map { try $0.action() },
                            token: .init(text: token, requestDigest: [digest])),
                        done)
                }, note: "transaction \(token): " + writes.map(\.note).joined(separator: "; "))
        }
        try send([request(7, expected)], making: next)
        // A crash may have taken it back, together with its token.
        guard expected == "ok", model.tokens[token] != nil else { return }
        try write(count: 2, &random)
        guard model.tokens[token] != nil else { return }
        if random.chance(1, in: 3) {
            try send([request(8, "token mismatch")], making: model)
        }
        if random.chance(1, in: 4) { try reopen() }
        try send([request(7, "ok")], making: model)
        // After ten minutes it is a new request.
        guard random.chance(1, in: 4), writes.allSatisfy({ model.tables[$0.table] != nil }) else {
            return
        }
        advanceClock(601)
        if interludeIsOn { return }
        var later = model
        let again = carryOut(writes, token, &later)
        try send([request(7, again)], making: later)
    }

    /// A read of a single write fails: nothing may have changed.
    func failRead(_ random: inout SeededRandom) throws {
        faults.add(
            .init(
                random.chance(1, in: 2) ? .read : .row, ordinal: 1 + random.below(6),
                error: .inputOutput("a read failed")))
        defer { faults.heal() }
        try write(count: 1, &random)
    }
}
