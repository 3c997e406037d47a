import Glibc
import Testing

@testable import MartletCLI

@Suite struct CopyStateTests {
    static let state = CopyState(
        from: "http://a (r)", to: "http://b (r)",
        tables: [
            CopyState.Table(
                name: "Ordérs", makesTable: true, phase: .items,
                segments: [
                    .init(items: 3, bytes: 40, next: Array(#"{"id":{"N":"1.50"}}"#.utf8)),
                    .init(items: 7, bytes: 9, isDone: true),
                ]),
            CopyState.Table(name: "Else", makesTable: false, segments: [.init()]),
        ])

    @Test("what is saved is loaded again, keys digit for digit, and only its owner reads it")
    func roundTrip() throws {
        let path = "\(TemporaryFolder.path)/martlet-copy-state-\(getpid()).json"
        defer { unlink(path) }
        #expect(try CopyState.load(path) == nil)
        try Self.state.save(path)
        let loaded = try #require(try CopyState.load(path))
        #expect(loaded.from == Self.state.from)
        #expect(loaded.to == Self.state.to)
        #expect(loaded.tables == Self.state.tables)
        var status = stat()
        #expect(stat(path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
        #expect(access(path + ".new", F_OK) != 0)
    }

    @Test(
        "a file of something else, or of another version, is refused",
        arguments: [
            "", "{}", "[]", #"{"version":2,"from":"a","to":"b","tables":[]}"#,
            #"{"version":1,"from":"a","to":"b","tables":[{"table":"T"}]}"#,
            #"{"version":1,"from":"a","to":"b","tables":[{"table":"T","makesTable":true,"#
                + #""phase":"flying","segments":[{"items":0,"bytes":0,"isDone":false}]}]}"#,
        ])
    func refused(text: String) throws {
        let path = "\(TemporaryFolder.path)/martlet-copy-refused-\(getpid())-\(text.hashValue)"
        defer { unlink(path) }
        let file = try #require(fopen(path, "w"))
        fputs(text, file)
        fclose(file)
        #expect(throws: CommandFailure.self) { try CopyState.load(path) }
    }
}

enum TemporaryFolder {
    static var path: String { getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp" }
}
