import Foundation
import Martlet
import MartletTestSupport
import Testing

@Suite struct JSONLinesTests {
    @Test("what was exported is imported as it was, a row a line")
    func roundTrip() throws {
        let folder = TemporaryFolder()
        let first = try VectorDatabase.inMemory(dimensions: 2)
        try first.add("a \"b\"\n🦜", [0.1, -2.5e-10], metadata: ["n": 1, "deep": ["l": [1, nil]]])
        try first.add("", [16_777_216, .leastNonzeroMagnitude])
        try first.add("empty", [0, 0], metadata: [:])
        try first.exportJSONLines(to: folder.path)
        let text = try String(contentsOfFile: folder.path, encoding: .utf8)
        #expect(text.hasSuffix("\n"))
        #expect(text.split(separator: "\n").count == 3)
        let second = try VectorDatabase.inMemory(dimensions: 2)
        try second.add("empty", [9, 9], metadata: ["old": true])
        try second.importJSONLines(from: folder.path)
        let ids = try first.ids()
        #expect(try second.ids().sorted() == ids.sorted())
        for id in ids { #expect(try second.get(id) == first.get(id)) }
    }

    @Test(
        "a line that is none is named, and nothing is changed",
        arguments: [
            (#"{"id":"b","vector":[1]"#, "line 3"), (#"{"id":"b"}"#, "lacks"),
            (#"{"vector":[1,2]}"#, "lacks"), ("[1,2]", "line 3"), ("x", "line 3"),
            (#"{"id":5,"vector":[1,2]}"#, "no text"),
            (#"{"id":"b","vector":[1,2],"metadata":[]}"#, "no object"),
            (#"{"id":"b","vector":[1,1e39]}"#, "beyond the range"),
            (#"{"id":"b","vector":[1,2]} {}"#, "behind the end"),
        ])
    func badLines(line: String, detail: String) throws {
        let folder = TemporaryFolder()
        let database = try VectorDatabase.inMemory(dimensions: 2)
        // The second line is empty.
        try (#"{"id":"a","vector":[1,2]}"# + "\r\n \n" + line + "\n").write(
            toFile: folder.path, atomically: true, encoding: .utf8)
        let error = #expect(throws: VectorDatabaseError.self) {
            try database.importJSONLines(from: folder.path)
        }
        #expect(error.map { "\($0)".contains(detail) } ?? false, "\(String(describing: error))")
        #expect(try database.count() == 0)
    }

    @Test("a vector of another length changes nothing; of an id that is there twice the last stays")
    func lengthsAndRepetitions() throws {
        let folder = TemporaryFolder()
        let database = try VectorDatabase.inMemory(dimensions: 2)
        func write(_ text: String) throws {
            try text.write(toFile: folder.path, atomically: true, encoding: .utf8)
        }
        try write(#"{"id":"a","vector":[1,2]}"# + "\n" + #"{"id":"b","vector":[1]}"#)
        #expect(throws: VectorDatabaseError.dimensionMismatch(expected: 2, actual: 1)) {
            try database.importJSONLines(from: folder.path)
        }
        #expect(try database.count() == 0)
        // Python's spaces are none of the metadata's; other members are passed over.
        try write(
            #"{"id": "a", "vector": [1, 2], "more": {"x": []}}"# + "\n"
                + #"{"id": "a", "vector": [3, 4], "metadata": {"a b": [1, " c "]}}"#)
        var told: [Int] = []
        try database.importJSONLines(from: folder.path) { told.append($0) }
        #expect(try database.get("a").vector == [3, 4])
        #expect(try database.get("a").metadata == ["a b": [1, " c "]])
        #expect(told.last == 1 || told.last == 2)
    }

    @Test("a file that cannot be read or written is named")
    func files() throws {
        let database = try VectorDatabase.inMemory(dimensions: 2)
        for call: () throws -> Void in [
            { try database.importJSONLines(from: "/nowhere/a") },
            { try database.exportJSONLines(to: "/nowhere/a") },
        ] {
            let error = #expect(throws: VectorDatabaseError.self) { try call() }
            #expect(error.map { "\($0)".contains("/nowhere/a") } ?? false)
        }
    }
}
