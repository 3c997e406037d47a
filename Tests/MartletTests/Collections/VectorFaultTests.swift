import Foundation
import Martlet
import MartletKeyValue
import Testing

/// What a collection does when its folder or its disk does not do as it should.
@Suite struct VectorFaultTests {
    // MARK: Opening

    @Test("a folder that another process has open is refused by its path and that process's id")
    func held() throws {
        let folder = TemporaryFolder()
        let first = try VectorDatabase.open(at: folder.path, dimensions: 2)
        try first.add("a", [1, 0])
        try first.close()

        // A shell that holds the lock as another program would, and says who it is.
        let holder = Process()
        holder.executableURL = URL(fileURLWithPath: "/bin/sh")
        holder.arguments = [
            "-c",
            "exec 9<>martlet.lock; flock -n 9 || exit 1; echo $$ > martlet.lock; echo; read line",
        ]
        holder.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        let (told, toTell) = (Pipe(), Pipe())
        holder.standardOutput = told
        holder.standardInput = toTell
        try holder.run()
        #expect(try told.fileHandleForReading.read(upToCount: 1)?.count == 1)
        let id = String(holder.processIdentifier)
        for _ in 0..<2 {
            let refusals: [String] = [
                failure { _ = try VectorDatabase.open(at: folder.path) },
                failure { _ = try VectorDatabase.open(at: folder.path, dimensions: 2) },
                failure { _ = try VectorCollections.open(at: folder.path) },
            ].compactMap { $0 }
            #expect(refusals.count == 3)
            for text in refusals {
                #expect(text.contains(folder.path) && text.contains("process \(id)"), "\(text)")
            }
        }
        try toTell.fileHandleForWriting.close()
        holder.waitUntilExit()

        let again = try VectorDatabase.open(at: folder.path)
        #expect(try again.ids() == ["a"])
        try again.close()
    }

    @Test(
        "a folder that cannot be made is refused by its path",
        arguments: ["/sys/martlet", "/proc/martlet"])
    func unwritable(path: String) {
        for text in [
            failure { _ = try VectorDatabase.open(at: path, dimensions: 2) },
            failure { _ = try VectorCollections.open(at: path) },
        ] {
            #expect(text?.contains(path) == true, "\(text ?? "no error")")
        }
    }

    // MARK: Writing

    private static let rows = (0..<40).map { number in
        (id: "v\(number)", vector: [Float(number), 1])
    }

    /// Every way to write, by name.
    private static let writes: [(String, @Sendable (VectorDatabase) throws -> Void)] = [
        ("add", { try $0.add("new", [1, 2], metadata: ["m": 1]) }),
        ("upsert new", { try $0.upsert("new", [1, 2]) }),
        ("upsert", { try $0.upsert("v3", [9, 9], metadata: ["m": 1]) }),
        ("addMany", { try $0.addMany(["n1", "n2"], [[1, 2], [3, 4]]) }),
        ("upsertMany", { try $0.upsertMany(["v1", "n2"], [[1, 2], [3, 4]]) }),
        ("update", { try $0.update("v4", metadata: ["m": 2]) }),
        ("delete", { _ = try $0.delete("v5") }),
        ("deleteMany", { _ = try $0.deleteMany(["v6", "v7", "none"]) }),
        ("quantize", { try $0.enableQuantizedSearch() }),
    ]

    @Test("a full disk is told by every way to write; nothing that was answered is lost")
    func full() throws {
        for (name, write) in Self.writes {
            let base = CrashStore()
            let store = FaultyStore(base)
            let database = try Database.over(store)
            let notes = try VectorCollections(in: database).create("notes", dimensions: 2)
            try notes.addMany(Self.rows.map(\.id), Self.rows.map(\.vector))
            let before = try Contents(notes)
            #expect(before.ids.count == Self.rows.count)

            store.add(.init(.commit, ordinal: 1, error: .full, isLasting: true))
            // Which of the ways was the first makes no difference to the others.
            for (other, call) in [(name, write)] + Self.writes {
                let text = failure { try call(notes) }
                #expect(
                    text?.contains("No space is left") == true, "\(name), \(other): \(text ?? "-")")
            }
            #expect(try Contents(notes) == before, "\(name)")
            // Space alone is not enough: nobody knows what of the last batch is on the disk.
            store.heal()
            #expect(failure { try write(notes) } != nil, "\(name)")
            #expect(try Contents(notes) == before, "\(name)")

            // Opened as after a power cut, which the disk outlived.
            let reopened = try Database.over(base.crash())
            let again = try VectorCollections(in: reopened).get("notes")
            #expect(try Contents(again) == before, "\(name)")
            #expect(failure { try write(again) } == nil, "\(name)")
            try reopened.close()
            try? database.close()
        }
    }

    @Test("a disk that is full amid a large batch leaves the first of its rows, whole, or none")
    func fullAmid() throws {
        // Some 18 MB, which is more than is written at once.
        let dimensions = 4_096
        let ids = (0..<1_100).map { "w\($0)" }
        let vectors = ids.indices.map { number in
            [Float(number)] + Array(repeating: 1, count: dimensions - 1)
        }
        let metadata: [Metadata?] = ids.map { ["name": .string(Text($0))] }
        for (ordinal, leavesSome) in [(1, false), (2, true)] {
            let base = CrashStore()
            let store = FaultyStore(base)
            let database = try Database.over(store)
            let notes = try VectorCollections(in: database).create(
                "notes", dimensions: dimensions, options: VectorOptions(m: 4, efConstruction: 8))
            try notes.add("first", vectors[7])
            store.add(.init(.commit, ordinal: ordinal, error: .full, isLasting: true))
            let text = failure { try notes.addMany(ids, vectors, metadata: metadata) }
            #expect(text?.contains("No space is left") == true, "\(ordinal): \(text ?? "-")")

            let reopened = try Database.over(base.crash())
            let again = try VectorCollections(in: reopened).get("notes")
            #expect(try again.get("first").vector == vectors[7])
            let count = try again.count() - 1
            #expect(count < ids.count && (count > 0) == leavesSome, "\(ordinal): \(count)")
            for (position, id) in ids.enumerated() {
                #expect(try again.contains(id) == (position < count))
            }
            for position in [0, count - 1] where leavesSome {
                let record = try again.get(ids[position])
                #expect(record.vector == vectors[position])
                #expect(record.metadata == metadata[position])
            }
            try again.upsert("last", vectors[9])
            #expect(try again.count() == count + 2)
            try reopened.close()
            try? database.close()
        }
    }

    // MARK: Parts

    /// All that can be asked of a collection.
    private struct Contents: Equatable {
        let ids: [String]
        let vectors: [[Float]]
        let metadata: [Metadata?]
        let nearest: [String]

        init(_ collection: VectorDatabase) throws {
            ids = try collection.ids().sorted()
            let records = try collection.getMany(ids)
            vectors = records.map { $0?.vector ?? [] }
            metadata = records.map { $0?.metadata }
            nearest = try collection.search([3, 1], k: 10).map(\.id)
        }
    }

    private func failure(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch {
            guard case VectorDatabaseError.storage(let text) = error else { return "\(error)?" }
            return text
        }
    }
}
