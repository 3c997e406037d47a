// Background work, crashes, and what is known after them.

internal import Glibc
internal import MartletCatalog
internal import MartletEngine
internal import MartletKeyValue
internal import MartletModel
internal import MartletTestBasics
internal import MartletTestSupport

extension Simulation {
    var interludeIsOn: Bool { isWorking }

    // MARK: Background

    /// One round with clients between its pieces, then as many as there is work for without.
    func workInBackground(_ random: inout SeededRandom) throws {
        var mine = random
        isWorking = true
        interlude = { [unowned self] in
            guard mine.chance(1, in: 2) else { return }
            try write(count: 1 + mine.below(2), &mine)
        }
        database.engine.workInBackground()
        interlude = nil
        isWorking = false
        if let problem = interludeProblem {
            interludeProblem = nil
            throw problem
        }
        if disk.isDead { return try recover() }
        try adopt()
        guard random.chance(1, in: 2) else { return }
        for _ in 0..<4 {
            database.engine.workInBackground()
            if disk.isDead { return try recover() }
        }
        try adopt()
        for (name, table) in model.tables {
            try require(table.isReady, "\(name) is still being restored")
            let due = table.reference.allItems.first { table.isDue($0, clock.now) }
            try require(due == nil, "\(name): \(due?.notation ?? "") has not expired")
            for index in table.definition.indexes {
                try require(index.status == .active, "\(name).\(index.name) is still being filled")
            }
            for index in table.definition.vectorIndexes {
                try require(index.status == .active, "\(name).\(index.name) is still being filled")
            }
        }
        for backup in model.backups.values {
            try require(backup.isReady, "a backup of \(backup.table) is still being made")
        }
        random = mine
    }

    func carry() throws {
        database.engine.carryVectors()
        database.engine.commitQueued()
        if disk.isDead { try recover() } else { mark() }
    }

    /// Takes over what the engine decides: which items that are due are gone, which indexes are
    /// full, which tables and backups are there. Nothing else may have changed.
    private func adopt() throws {
        for (name, table) in model.tables.sorted(by: { $0.key < $1.key }) {
            let definition = try database.definition(name)
            let known = table.definition
            try require(
                definition.indexes.map(\.name) == known.indexes.map(\.name)
                    && definition.vectorIndexes.map(\.name) == known.vectorIndexes.map(\.name)
                    && definition.id == known.id && definition.stream?.label == table.stream?.label
                    && (definition.timeToLiveAttribute != nil) == table.expires,
                "\(name) is another table: \(definition)")
            model.tables[name]!.reference.definition = definition
            if !table.isReady {
                model.tables[name]!.isReady = try database.describe(name).status == .active
            }
            guard table.expires, model.tables[name]!.isReady else { continue }
            for item in table.reference.allItems where table.isDue(item, latestTime) {
                var key = Item()
                for attribute in definition.key.attributes {
                    key[attribute.name] = item[attribute.name]
                }
                if try database.get(key, in: name) == nil {
                    model.tables[name]!.set(table.reference.key(of: item), nil, isExpiry: true)
                }
            }
        }
        for arn in model.backups.keys {
            let backup = try database.engine.run(DescribeBackup(arn: arn))
            model.backups[arn]!.isReady = backup.status == .available
        }
        latestMoment = max(latestMoment, clock.now)
        mark()
    }

    // MARK: Crashes

    /// The power goes at some commit of what comes now, or between two steps.
    func crash(_ random: inout SeededRandom) throws {
        let before = counts.crashes
        let plan = SimulatedDisk.Plan(
            ordinal: 1 + random.below(3), isApplied: random.chance(1, in: 2))
        note(
            "the power goes at commit \(plan.ordinal), which is \(plan.isApplied ? "" : "not ")made"
        )
        disk.cutPower(at: plan)
        crashSeed = random.next()
        switch random.below(8) {
        case 0: try createTable(&random)
        case 1: try backUp(&random)
        case 2: try createIndex(&random)
        case 3: try createVectorIndex(&random)
        case 4: try restoreMoment(&random)
        default: break
        }
        if counts.crashes == before { try write(count: 1 + random.below(4), &random) }
        if counts.crashes == before { try workInBackground(&random) }
        if counts.crashes == before { try carry() }
        if counts.crashes == before { try recover() }
    }

    /// Starts again on what the disk has.
    func recover() throws {
        var random = SeededRandom(seed: crashSeed)
        count(crashes: 1)
        interlude = nil
        isWorking = false
        try? database.close()
        let kept = random.below(disk.volatileCount + 1)
        note("the power is off: \(disk.volatileCount - kept) commits are lost")
        disk = disk.crashed(keeping: kept)
        try require(
            isAsync || disk.commitNumber >= answeredCommit,
            "\(answeredCommit - disk.commitNumber) commits were answered and are lost")
        answeredCommit = disk.commitNumber
        model = marks.last { $0.commit <= disk.commitNumber }!.model
        marks = [(disk.commitNumber, model)]
        damageFiles(&random)
        try open()
        try adoptTables()
        try adopt()
        try compare()
    }

    /// The step that the power cut may have made or removed one table, one index, or one backup:
    /// what there is of these is taken from the engine, and what is in them still compared.
    private func adoptTables() throws {
        let names = try database.engine.run(ListTables()).names
        guard isChangingTables || names != model.tables.keys.sorted() else { return }
        try require(isChangingTables, "tables \(names), expected \(model.tables.keys.sorted())")
        let came = names.filter { model.tables[$0] == nil }
        let went = model.tables.keys.filter { !names.contains($0) }
        try require(came.count + went.count <= 1, "tables came: \(came), went: \(went)")
        for name in went { model.tables[name] = nil }
        for name in came {
            let definition = try database.definition(name)
            if definition.restored == nil {
                model.tables[name] = Self.table(definition)
            } else {
                // What it is to hold was not answered, so nobody can complain.
                try discard(name)
            }
        }
        for name in model.tables.keys {
            let definition = try database.definition(name)
            var table = Self.table(definition)
            let old = model.tables[name]!
            model.tables[name]!.reference.definition = definition
            model.tables[name]!.expires = table.expires
            model.tables[name]!.recoverySince = table.recoverySince
            if table.recoverySince == nil { model.tables[name]!.remembered = [] }
            if old.stream?.label == table.stream?.label { table.stream = old.stream }
            model.tables[name]!.stream = table.stream
        }
        for arn in model.backups.keys
        where failure(of: { try database.engine.run(DescribeBackup(arn: arn)) }) != nil {
            model.backups[arn] = nil
        }
        let backups = try database.engine.run(ListBackups()).backups.map(\.arn)
        for arn in backups where model.backups[arn] == nil {
            // As a table that came.
            for _ in 0..<4 { database.engine.workInBackground() }
            _ = try database.engine.run(DeleteBackup(arn: arn))
        }
    }

    private func discard(_ name: TableName) throws {
        for _ in 0..<4 { database.engine.workInBackground() }
        _ = try database.engine.run(DeleteTable(table: name))
    }

    func reopen() throws {
        note("reopen")
        try database.close()
        if disk.isDead { return try recover() }
        disk = disk.crashed(keeping: disk.volatileCount)
        try open()
        try adopt()
    }

    // MARK: Files

    /// Files of vector indexes may be anything after a crash.
    private func damageFiles(_ random: inout SeededRandom) {
        guard let folder else { return }
        for id in MartletTestBasics.names(in: folder) {
            for name in MartletTestBasics.names(in: folder + "/" + id) {
                let path = "\(folder)/\(id)/\(name)"
                let older = "\(folder)/\(id).older"
                switch random.below(8) {
                case 0: unlink(path)
                case 1: truncate(path, Int(random.below(4096)))
                case 2: flip(path, &random)
                case 3: rename(older, path)
                default: copy(path, to: older)
                }
            }
        }
    }

    private func flip(_ path: String, _ random: inout SeededRandom) {
        guard var bytes = try? bytes(ofFile: path), !bytes.isEmpty else { return }
        bytes[random.below(bytes.count)] ^= 1 << UInt8(random.below(8))
        try? MartletTestBasics.write(bytes, toFile: path)
    }

    private func copy(_ path: String, to target: String) {
        guard let bytes = try? bytes(ofFile: path) else { return }
        try? MartletTestBasics.write(bytes, toFile: target)
    }
}
