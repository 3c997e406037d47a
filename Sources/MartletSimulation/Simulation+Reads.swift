// Steps that read, and the comparison of everything.

internal import MartletCatalog
internal import MartletEncoding
internal import MartletEngine
internal import MartletModel
internal import MartletTestBasics
internal import MartletTestSupport

extension Simulation {
    func get(_ random: inout SeededRandom) throws {
        guard let name = pickTable(&random) else { return }
        let table = model.tables[name]!
        var key = Item()
        for attribute in table.definition.key.attributes {
            key[attribute.name] = keyValue(attribute.type, &random)
        }
        let found = try database.get(key, in: name)
        count(reads: 1)
        let expected = table.reference[table.reference.key(of: key)]
        try require(
            found == expected,
            "get \(name) \(key.notation): \(found?.notation ?? "-"), expected "
                + (expected?.notation ?? "-"))
        remember(answer: found?.notation ?? "-")
    }

    private func pickIndex(_ table: ModelTable, _ random: inout SeededRandom) -> IndexDefinition? {
        let indexes = table.definition.indexes.filter { $0.status == .active }
        return indexes.isEmpty || random.chance(1, in: 3) ? nil : random.pick(indexes)
    }

    /// All of a partition, or what of it is beyond a bound, judged by the model's own comparison.
    func query(_ random: inout SeededRandom) throws {
        guard let name = pickTable(&random) else { return }
        let table = model.tables[name]!
        let index = pickIndex(table, &random)
        let key = index?.key ?? table.definition.key
        let rows = table.reference.rows(of: index)
        let sample = rows.isEmpty ? nil : random.pick(rows)
        var values: AttributeMap = [:]
        var clauses: [String] = []
        var expected = rows
        for attribute in key.hash {
            let value = sample?[attribute.name] ?? keyValue(attribute.type, &random)
            values[Text(":\(attribute.name)")] = value
            clauses.append("\(attribute.name) = :\(attribute.name)")
            expected = expected.filter { $0[attribute.name] == value }
        }
        if let attribute = key.range.first, random.chance(1, in: 2) {
            let bound = keyValue(attribute.type, &random)
            values[Text(":\(attribute.name)")] = bound
            clauses.append("\(attribute.name) >= :\(attribute.name)")
            expected = expected.filter {
                $0[attribute.name].map { !ReferenceTable.precedes($0, bound) } ?? false
            }
        }
        let isForward = random.chance(1, in: 2)
        let limit = random.chance(1, in: 2) ? nil : 1 + random.below(4)
        let text = clauses.joined(separator: " AND ")
        let isForOneItem = index == nil && key.range.isEmpty
        let found = try database.queryAll(
            text, values, in: name, index: index?.name, isForward: isForward,
            limit: isForOneItem ? nil : limit)
        count(reads: 1)
        if !isForward { expected.reverse() }
        try require(
            found == expected,
            "query \(name) \(index?.name.string ?? "") \(text): \(found.map(\.notation)), expected "
                + "\(expected.map(\.notation))")
        for item in found { remember(answer: item.notation) }
    }

    func scan(_ random: inout SeededRandom) throws {
        guard let name = pickTable(&random) else { return }
        let index = pickIndex(model.tables[name]!, &random)
        try compareRows(name, index, limit: random.chance(1, in: 2) ? nil : 1 + random.below(9))
    }

    private func compareRows(
        _ name: TableName, _ index: IndexDefinition?, limit: Int? = nil
    ) throws {
        let found = try database.scanAll(name, index: index?.name, limit: limit)
            .map(\.notation).sorted()
        count(reads: 1)
        let expected = model.tables[name]!.reference.rows(of: index).map(\.notation).sorted()
        try require(
            found == expected,
            "scan \(name) \(index?.name.string ?? ""): "
                + "too many \(found.filter { !expected.contains($0) }), "
                + "missing \(expected.filter { !found.contains($0) })")
    }

    // MARK: Vectors

    func search(_ random: inout SeededRandom) throws {
        guard let name = pickTable(&random) else { return }
        let indexes = model.tables[name]!.definition.vectorIndexes.filter { $0.status == .active }
        guard !indexes.isEmpty else { return }
        try search(name, random.pick(indexes), k: 1 + random.below(40), &random)
    }

    /// The nearest, by comparing with every item.
    private func search(
        _ name: TableName, _ index: VectorIndexDefinition, k: Int, _ random: inout SeededRandom
    ) throws {
        let query = (0..<3).map { _ in Float(random.number(-4...4)) + 0.5 }
        let hash: AttributeValue? = index.hash.map { _ in .text("k\(random.below(4))") }
        var items = model.tables[name]!.reference.allItems.filter { $0[index.attribute] != nil }
        if let attribute = index.hash, let hash {
            items = items.filter { $0[attribute.name] == hash }
        }
        let distances = items.map { Self.cosineDistance(query, Self.vector($0, index.attribute)) }
            .sorted().prefix(k)
        let found = try database.search(
            query, k, in: name, index: index.name, where: hash == nil ? nil : "a = :a",
            hash.map { [":a": $0] }
        ).matches
        count(reads: 1)
        let place = "search \(name) \(index.name) \(query) \(hash?.notation ?? "")"
        try require(
            found.count == distances.count, "\(place): \(found.count) of \(distances.count) items")
        let held = Set(items.map { keyText($0, name) })
        var seen: Set<String> = []
        for (match, distance) in zip(found, distances) {
            let key = keyText(match.item.item, name)
            try require(held.contains(key), "\(place): \(key) does not belong there")
            try require(seen.insert(key).inserted, "\(place): \(key) is there twice")
            try require(
                abs(Double(match.score) - distance) < 1e-3,
                "\(place): score \(match.score), expected \(distance)")
        }
    }

    private func keyText(_ item: Item, _ name: TableName) -> String {
        let table = model.tables[name]!
        return table.definition.key.attributes.map { item[$0.name]?.notation ?? "?" }
            .joined(separator: " ")
    }

    private static func vector(_ item: Item, _ attribute: Text) -> [Double] {
        guard case .list(let elements)? = item[attribute] else { return [] }
        return elements.map { element in
            if case .number(let number) = element { Double(number.description)! } else { 0 }
        }
    }

    private static func cosineDistance(_ a: [Float], _ b: [Double]) -> Double {
        let dot = zip(a, b).reduce(0) { $0 + Double($1.0) * $1.1 }
        let norms = (
            a.reduce(0) { $0 + Double($1) * Double($1) }, b.reduce(0) { $0 + $1 * $1 }
        )
        return norms.0 == 0 || norms.1 == 0 ? 1 : 1 - dot / (norms.0 * norms.1).squareRoot()
    }

    // MARK: Everything

    func compare() throws {
        count(comparisons: 1)
        let findings = try database.findings()
        try require(findings.isEmpty, "the checker says: \(findings)")
        let names = try database.engine.run(ListTables()).names
        try require(names == model.tables.keys.sorted(), "tables \(names)")
        var random = SeededRandom(seed: UInt64(log.count))
        for name in model.readyNames {
            let table = model.tables[name]!
            let description = try database.describe(name)
            // While a vector index is filled, its vectors count as what they are, not as billed.
            try require(
                description.tally == table.reference.tally(of: nil) || !table.definition.isAtRest,
                "\(name): counts \(description.tally), expected \(table.reference.tally(of: nil))")
            try compareRows(name, nil)
            for index in table.definition.indexes where index.status == .active {
                try compareRows(name, index)
                try require(
                    description.indexTallies[index.id] == table.reference.tally(of: index),
                    "\(name).\(index.name): counts")
            }
            for index in table.definition.vectorIndexes where index.status == .active {
                try require(
                    description.indexTallies[index.id] == table.reference.tally(of: index),
                    "\(name).\(index.name): counts")
                for k in [1, 50] { try search(name, index, k: k, &random) }
            }
            if let stream = table.stream { try compareStream(stream, of: name) }
        }
        for (arn, backup) in model.backups where backup.isReady {
            let found = try database.engine.run(DescribeBackup(arn: arn)).backup.itemCount
            try require(found == backup.items.count, "a backup of \(backup.table): \(found) items")
        }
    }

    /// The records in order. Those older than a day may be gone, the first ones first.
    private func compareStream(_ stream: ModelStream, of name: TableName) throws {
        let found = try database.streams(name).first { $0.label == stream.label }
        guard let found else { throw Problem("\(name) has lost its stream") }
        var records: [String] = []
        var expiries: [String] = []
        for record in try database.allRecords(found.arn, pageLimit: 50) {
            let event =
                switch record.event {
                case .insert: "INSERT"
                case .modify: "MODIFY"
                case .remove: record.isExpiry ? "EXPIRE" : "REMOVE"
                }
            let text = ModelStream.notation(event, record.oldImage?.item, record.newImage?.item)
            if record.isExpiry { expiries.append(text) } else { records.append(text) }
        }
        let mayBeTrimmed = mayHaveTrimmed
        try require(
            mayBeTrimmed
                ? stream.records.suffix(records.count).elementsEqual(records)
                : stream.records == records,
            "\(name): stream of \(records.count) records \(records.suffix(4)), expected "
                + "\(stream.records.count) \(stream.records.suffix(4))")
        try require(
            mayBeTrimmed
                ? expiries.count <= stream.expiries.count
                : expiries.sorted() == stream.expiries.sorted(),
            "\(name): stream of \(expiries.count) expiries, expected \(stream.expiries.count)")
        for text in records { remember(answer: text) }
    }
}
