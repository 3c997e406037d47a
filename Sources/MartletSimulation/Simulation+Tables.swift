// Steps that change tables, indexes and settings, and those that keep and bring back the past.

internal import MartletCatalog
internal import MartletEngine
internal import MartletModel
internal import MartletTestBasics
internal import MartletTestSupport

extension Simulation {
    private static let indexes: [IndexShape] = [
        IndexShape("g-a", hash: "a:S"),
        IndexShape("g-n", hash: "n:N", range: "a:S", projecting: .keysOnly),
        IndexShape("g-e", hash: "e:S", range: "n:N", projecting: .include("note")),
        IndexShape("g-m", hash: "a:S n:N", range: "e:S", projecting: .include("v")),
    ]

    private static let vectorIndexes = [
        VectorShape("v-plain"), VectorShape("v-hash", hash: "a:S", projecting: .keysOnly),
    ]

    private static let tableNames: [TableName] = ["T-0", "T-1", "T-2"]

    /// Does something that changes tables or settings.
    /// - Returns: nil when the power went meanwhile; then what is there has been found out.
    private func change<Result>(
        _ text: String, _ body: () throws -> Result
    ) throws -> Result? {
        note(text)
        isChangingTables = true
        defer { isChangingTables = false }
        do {
            return try body()
        } catch {
            guard disk.isDead else { throw error }
            marks.append((disk.commitNumber, model))
            try recover()
            return nil
        }
    }

    private func done() {
        latestMoment = max(latestMoment, clock.now)
        mark()
    }

    // MARK: Tables

    func createTable(_ random: inout SeededRandom) throws {
        let name = random.pick(Self.tableNames)
        let hash = random.pick(["pk:S", "pk:N", "pk:B"])
        let range = random.pick(["", "sk:S", "sk:N"])
        var request = TableRequest(
            short: name, hash: hash, range: range,
            local: range.isEmpty || random.chance(1, in: 2)
                ? [] : [IndexShape("l-a", hash: hash, range: "a:S")],
            global: Array(Self.indexes.prefix(random.below(4))),
            vectors: Array(Self.vectorIndexes.prefix(random.below(3))))
        if random.chance(1, in: 2) {
            request = request.streaming(
                random.pick([.newAndOldImages, .newAndOldImages, .newImage, .oldImage, .keysOnly]))
        }
        guard model.tables[name] == nil else {
            let text = failure { try database.create(request) }
            if disk.isDead { return try recover() }
            return try require(
                text?.hasPrefix("in use") == true, "create \(name): \(text ?? "done twice")")
        }
        let made = try change("create \(name) \(hash) \(range)") { try database.create(request) }
        guard let made else { return }
        model.tables[name] = Self.table(made.definition)
        done()
    }

    static func table(_ definition: TableDefinition) -> ModelTable {
        var table = ModelTable(reference: ReferenceTable(definition))
        table.isReady = definition.restored?.isInProgress != true
        table.expires = definition.timeToLiveAttribute != nil
        table.recoverySince = definition.recovery?.since.secondsSince1970
        table.stream = definition.stream.map { ModelStream(label: $0.label, view: $0.viewType) }
        return table
    }

    func deleteTable(_ random: inout SeededRandom) throws {
        guard let name = pickTable(&random), model.tables[name]!.definition.isAtRest else { return }
        if isCopying {
            // It may be what is copied.
            let text = failure { try database.engine.run(DeleteTable(table: name)) }
            if disk.isDead { return try recover() }
            if text != nil { return note("delete table \(name): \(text!)") }
            model.tables[name] = nil
            return done()
        }
        let answer = try change("delete table \(name)") {
            try database.engine.run(DeleteTable(table: name))
        }
        guard answer != nil else { return }
        model.tables[name] = nil
        done()
    }

    /// A backup is being made, or a table restored.
    private var isCopying: Bool {
        model.backups.values.contains { !$0.isReady }
            || model.tables.values.contains { !$0.isReady }
    }

    private func update(_ name: TableName, _ text: String, _ change: TableChange) throws {
        guard let made = try self.change(text, { try database.change(change) }) else { return }
        model.tables[name]!.reference.definition = made.definition
        done()
    }

    func createIndex(_ random: inout SeededRandom) throws {
        guard let name = pickTable(&random) else { return }
        let shape = random.pick(Self.indexes)
        let definition = model.tables[name]!.definition
        guard definition.index(named: shape.name) == nil,
            definition.isAtRest
        else { return }
        try update(
            name, "create index \(name) \(shape.name)", TableChange(of: name, creating: shape))
    }

    func deleteIndex(_ random: inout SeededRandom) throws {
        guard let name = pickTable(&random),
            let index = model.tables[name]!.definition.globalIndexes.first,
            model.tables[name]!.definition.isAtRest
        else { return }
        try update(
            name, "delete index \(name) \(index.name)", TableChange(of: name, deleting: index.name))
    }

    func createVectorIndex(_ random: inout SeededRandom) throws {
        guard let name = pickTable(&random) else { return }
        let shape = random.pick(Self.vectorIndexes)
        let definition = model.tables[name]!.definition
        guard definition.vectorIndex(named: shape.name) == nil,
            definition.isAtRest
        else { return }
        try update(
            name, "create vector index \(name) \(shape.name)",
            TableChange(of: name, creating: shape))
    }

    func deleteVectorIndex(_ random: inout SeededRandom) throws {
        guard let name = pickTable(&random),
            let index = model.tables[name]!.definition.vectorIndexes.first,
            model.tables[name]!.definition.isAtRest
        else { return }
        try update(
            name, "delete vector index \(name) \(index.name)",
            TableChange(of: name, deletingVector: index.name))
    }

    // MARK: Settings

    func changeExpiry(_ random: inout SeededRandom) throws {
        guard let name = pickTable(&random) else { return }
        let expires = !model.tables[name]!.expires
        let answer = try change("expiry of \(name): \(expires)") {
            try database.engine.run(
                UpdateTimeToLive(table: name, attribute: "ends", isEnabled: expires))
        }
        guard answer != nil else { return }
        model.tables[name]!.expires = expires
        done()
    }

    func changeStream(_ random: inout SeededRandom) throws {
        guard let name = pickTable(&random) else { return }
        let view: StreamSettings.ViewType? =
            model.tables[name]!.stream == nil ? .newAndOldImages : nil
        let answer = try change("stream of \(name): \(view != nil)") {
            try database.setStream(view, of: name)
            return try database.definition(name)
        }
        guard let definition = answer else { return }
        model.tables[name]!.reference.definition = definition
        model.tables[name]!.stream = definition.stream.map {
            ModelStream(label: $0.label, view: $0.viewType)
        }
        done()
    }

    func changeRecovery(_ random: inout SeededRandom) throws {
        guard let name = pickTable(&random) else { return }
        let isOn = model.tables[name]!.recoverySince == nil || random.chance(1, in: 4)
        let answer = try change("recovery of \(name): \(isOn)") {
            try database.engine.run(
                UpdateContinuousBackups(table: name, isEnabled: isOn, periodInDays: nil))
        }
        guard answer != nil else { return }
        if !isOn { model.tables[name]!.remembered = [] }
        let since = try database.definition(name).recovery?.since.secondsSince1970
        model.tables[name]!.recoverySince = since
        model.tables[name]!.remembered.removeAll { $0.time <= since ?? .infinity }
        done()
    }

    // MARK: The past

    /// A moment is told from others by what the clock says, so writes after it are later, as long as
    /// the clock does not go back.
    func remember(_ random: inout SeededRandom) {
        advanceClock(0.001)
        guard let name = pickTable(&random), let table = model.tables[name],
            let since = table.recoverySince, clock.now > since, clock.now > latestMoment
        else { return }
        note("remember \(name) at \(clock.now)")
        model.tables[name]!.remembered.append(
            RememberedMoment(
                time: clock.now, items: table.items, setbackCount: clockSetbacks.count))
        advanceClock(0.001)
        mark()
    }

    private func newName(_ random: inout SeededRandom) -> TableName? {
        let names = (["R-0", "R-1"] as [TableName]).filter { model.tables[$0] == nil }
        return names.isEmpty ? nil : random.pick(names)
    }

    func restoreMoment(_ random: inout SeededRandom) throws {
        guard let name = pickTable(&random), let target = newName(&random) else { return }
        let earliest = clock.now - 34 * 86_400
        let moments = model.tables[name]!.remembered.filter { moment in
            moment.time > earliest && moment.time <= clock.now
                && clockSetbacks[moment.setbackCount...].allSatisfy { $0 > moment.time }
        }
        guard !moments.isEmpty else { return }
        let moment = random.pick(moments)
        try restored(to: target, holding: moment.items) {
            try database.engine.run(
                RestoreTableToPointInTime(
                    source: .name(name), time: Timestamp(secondsSince1970: moment.time),
                    request: RestoreRequest(target: target)))
        }
    }

    private func restored(
        to target: TableName, holding items: [PrimaryKey: Item],
        _ body: () throws -> TableDescription
    ) throws {
        guard try change("restore \(target)", body) != nil else { return }
        var table = Self.table(try database.definition(target))
        for (key, item) in items { table.reference[key] = item }
        model.tables[target] = table
        done()
    }

    func backUp(_ random: inout SeededRandom) throws {
        guard let name = pickTable(&random), model.backups.count < 4 else { return }
        let made = try change("back up \(name)") {
            try database.engine.run(CreateBackup(table: name, name: "kept"))
        }
        guard let made, let table = model.tables[name] else { return }
        model.backups[made.arn] = ModelBackup(
            table: name, definition: table.definition, expires: table.expires, items: table.items)
        done()
    }

    private func pickBackup(_ random: inout SeededRandom) -> String? {
        // ARNs end with random digits, so they are told apart by when they were made.
        let arns = model.backups.filter(\.value.isReady).keys
        let ordered = arns.sorted { $0.dropLast(8) < $1.dropLast(8) }
        return ordered.isEmpty ? nil : random.pick(ordered)
    }

    func restoreBackup(_ random: inout SeededRandom) throws {
        guard let arn = pickBackup(&random), let target = newName(&random) else { return }
        try restored(to: target, holding: model.backups[arn]!.items) {
            try database.engine.run(
                RestoreTableFromBackup(arn: arn, request: RestoreRequest(target: target)))
        }
    }

    func deleteBackup(_ random: inout SeededRandom) throws {
        guard let arn = pickBackup(&random) else { return }
        do {
            guard
                try change("delete backup", { try database.engine.run(DeleteBackup(arn: arn)) })
                    != nil
            else { return }
        } catch let error as OperationError {
            // A table is being made of it.
            guard isCopying else { throw error }
            return note("refused: \(error.summary)")
        }
        model.backups[arn] = nil
        done()
    }
}

extension TableDefinition {
    /// No index is being filled: one at a time may come or go.
    var isAtRest: Bool {
        indexes.allSatisfy { $0.status == .active }
            && vectorIndexes.allSatisfy { $0.status == .active }
    }
}
