import MartletTestBasics
import Testing

@testable import MartletVectors

@Suite struct IndexFileTests {
    @Test("the first page is as the format says, byte for byte")
    func goldenHeader() throws {
        let folder = try TemporaryFolder()
        let writer = try IndexFileWriter(path: folder.path + "/file")
        try writer.write(IndexSection(rawValue: 0x1000), elements: [1, 2, 3] as [UInt8])
        try writer.write(IndexSection(rawValue: 7), elements: [UInt32]())
        try writer.write(
            IndexSection(rawValue: 0x1001), elements: [UInt8](repeating: 0xAB, count: 5000))
        try writer.finish()
        let all = try bytes(ofFile: writer.path)
        #expect(all.count == 4 * 4096)
        let expected: [UInt8] = [
            0x4D, 0x41, 0x52, 0x54, 0x56, 0x45, 0x43, 0x00,  // magic
            0x01, 0x00, 0x00, 0x00,  // version
            0x03, 0x00, 0x00, 0x00,  // sections
            0x00, 0x40, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,  // length
            0x00, 0x10, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,  // kind, flags
            0x00, 0x10, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,  // offset
            0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,  // length
            0x1E, 0xF2, 0x30, 0xF1, 0x00, 0x00, 0x00, 0x00,  // CRC-32C of 01 02 03
            0x07, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
            0x00, 0x20, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
            0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
            0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
            0x01, 0x10, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
            0x00, 0x20, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
            0x88, 0x13, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        ]
        #expect(Array(all[..<expected.count]) == expected)
        #expect(all[128..<4096].allSatisfy { $0 == 0 })
        #expect(Array(all[4096..<4099]) == [1, 2, 3] && all[4099..<8192].allSatisfy { $0 == 0 })
    }

    @Test("sections come back as they were written, those of an owner too")
    func sections() throws {
        let folder = try TemporaryFolder()
        let writer = try IndexFileWriter(path: folder.path + "/file")
        let own = IndexSection(rawValue: IndexSection.firstOfOwner)
        try writer.begin(own)
        var random = SeededRandom(seed: 41)
        var written: [UInt8] = []
        for _ in 0..<50 {
            let piece = (0..<random.below(40_000)).map { _ in UInt8(random.below(256)) }
            try piece.withUnsafeBytes { try writer.append($0) }
            written += piece
        }
        try writer.end()
        try writer.seal()
        // Complete before it has its name, absent under it.
        #expect(try IndexFile(path: writer.temporaryPath).bytes(of: own)?.count == written.count)
        #expect(names(in: folder.path) == ["file.new"])
        try writer.finish()
        #expect(names(in: folder.path) == ["file"])
        let file = try IndexFile(path: writer.path)
        #expect(try file.bytes(of: own)?.elementsEqual(written) == true)
        #expect(try file.bytes(of: IndexSection(rawValue: 0x1001)) == nil)
    }

    @Test("a writer that goes without finishing leaves the old file as it was")
    func abandoned() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/file"
        try IndexFileWriter(path: path).finish()
        let before = try bytes(ofFile: path)
        do {
            let writer = try IndexFileWriter(path: path)
            try writer.write(IndexSection(rawValue: 0x1000), elements: [1, 2, 3])
        }
        #expect(names(in: folder.path) == ["file"])
        #expect(try bytes(ofFile: path) == before)
    }

    @Test("any changed or missing byte of the first page is an error that says where")
    func damagedPage() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/file"
        let writer = try IndexFileWriter(path: path)
        try writer.write(IndexSection(rawValue: 0x1000), elements: [1, 2, 3] as [UInt8])
        try writer.finish()
        let whole = try bytes(ofFile: path)
        for place in 0..<60 {
            var damaged = whole
            damaged[place] ^= 0x10
            try write(damaged, toFile: path)
            expectDamage(path) { _ = try IndexFile(path: path) }
        }
        for count in [0, 1, 4095, 4096, 8191] {
            try write(Array(whole[..<count]), toFile: path)
            expectDamage(path) { _ = try IndexFile(path: path) }
        }
        try write(whole + [0], toFile: path)
        expectDamage(path) { _ = try IndexFile(path: path) }
    }

    @Test("a file that is not there is the system's error")
    func missing() {
        #expect(throws: VectorError.fileFailed(path: "/nowhere/file", errno: 2)) {
            try IndexFile(path: "/nowhere/file")
        }
        #expect(throws: VectorError.fileFailed(path: "/nowhere/file.new", errno: 2)) {
            try IndexFileWriter(path: "/nowhere/file")
        }
    }
}

/// Expects the error of a damaged file.
func expectDamage(
    _ path: String, _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () throws -> Void
) {
    do {
        try body()
        Issue.record("damage went unseen \(comment ?? "")", sourceLocation: sourceLocation)
    } catch VectorError.corruptFile(path, _, _) {
    } catch {
        Issue.record("\(error)", sourceLocation: sourceLocation)
    }
}
