// Steps that write and read by statements of PartiQL.

internal import MartletCatalog
internal import MartletEngine
internal import MartletModel
internal import MartletTestBasics
internal import MartletTestSupport

/// A statement while it is written down: values become parameters.
private struct StatementText {
    var text: String
    var parameters: [AttributeValue] = []

    mutating func append(_ text: String, _ value: AttributeValue) {
        self.text += text + " ?"
        parameters.append(value)
    }

    /// Conditions that an item has this key.
    mutating func append(key: Item) {
        for (number, entry) in key.enumerated() {
            append((number == 0 ? " WHERE \"" : " AND \"") + "\(entry.name)\" =", entry.value)
        }
    }

    var operation: ExecuteStatement {
        get throws { try ExecuteStatement(ParsedStatement(text, parameters: parameters)) }
    }

    var note: String { "\(text) \(parameters.map(\.notation).joined(separator: ", "))" }
}

extension Simulation {
    /// Some statements that arrive together, and one that reads.
    func statements(_ random: inout SeededRandom) throws {
        var next = model
        var requests: [SentWrite] = []
        for _ in 0...random.below(3) {
            guard let name = pickTable(&random) else { return }
            if let request = statement(on: name, &next, &random) { requests.append(request) }
        }
        if !requests.isEmpty { try send(requests, making: next) }
        try select(&random)
    }

    private func statement(
        on name: TableName, _ next: inout Model, _ random: inout SeededRandom
    ) -> SentWrite? {
        guard var table = next.tables[name] else { return nil }
        let keyItem = key(of: table, &random)
        let key = table.reference.key(of: keyItem)
        if touchesDue(table, key) { return nil }
        let old = table.reference[key]
        var new = old
        var expected = "condition failed"
        var statement: StatementText
        switch random.below(4) {
        case 0, 1:
            let item = item(keyItem, &random)
            statement = StatementText(text: "INSERT INTO \"\(name)\" VALUE {")
            for (number, entry) in item.enumerated() {
                statement.append((number == 0 ? "" : ", ") + "'\(entry.name)':", entry.value)
            }
            statement.text += "}"
            expected = old == nil ? "ok -" : "duplicate item"
            new = old ?? item
        case 2:
            let attribute = random.pick(Self.names)
            let value = self.attribute(attribute, &random)
            let bound = random.chance(1, in: 3) ? random.number(-2...4) : nil
            statement = StatementText(text: "UPDATE \"\(name)\"")
            statement.append(" SET \"\(attribute)\" =", value)
            statement.append(key: keyItem)
            if let bound { statement.append(" AND \"n\" >", .integer(bound)) }
            statement.text += " RETURNING ALL NEW *"
            // Unlike UpdateItem, it makes no item.
            if let old, bound.map({ ModelCondition.numberAbove($0).holds(for: old) }) ?? true {
                new = ModelUpdate.set(attribute, value).apply(to: old)
                expected = "ok \(new!.notation)"
            }
        default:
            let word = random.chance(1, in: 3) ? "k\(random.below(4))" : nil
            statement = StatementText(text: "DELETE FROM \"\(name)\"")
            statement.append(key: keyItem)
            if let word { statement.append(" AND \"a\" =", .text(word)) }
            statement.text += " RETURNING ALL OLD *"
            // An item that is not there is deleted already, whatever is said of it.
            if old == nil || word.map({ ModelCondition.textIs($0).holds(for: old) }) ?? true {
                new = nil
                expected = "ok \(old?.notation ?? "-")"
            }
        }
        table.set(key, new)
        next.tables[name] = table
        let sent = statement
        return SentWrite(
            expected: expected,
            send: { database, done in
                database.send(try sent.operation, done) {
                    "ok " + ($0.items.first?.item.notation ?? "-")
                }
            }, note: sent.note)
    }

    /// One item, by its whole key.
    private func select(_ random: inout SeededRandom) throws {
        guard let name = pickTable(&random), let table = model.tables[name] else { return }
        let key = key(of: table, &random)
        var statement = StatementText(text: "SELECT * FROM \"\(name)\"")
        statement.append(key: key)
        let found = try database.engine.run(statement.operation).items.map(\.item.notation)
        count(reads: 1)
        let expected = table.reference[table.reference.key(of: key)].map { [$0.notation] } ?? []
        try require(found == expected, "\(statement.note): \(found), expected \(expected)")
        remember(answer: found.first ?? "-")
    }
}
