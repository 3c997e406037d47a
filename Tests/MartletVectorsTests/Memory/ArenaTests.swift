import Glibc
import MartletTestBasics
import Testing

@testable import MartletVectors

@Suite struct ArenaTests {
    @Test("elements keep their addresses and contents as an arena grows, and new ones are zero")
    func growth() throws {
        let arena = try Arena(stride: 24, capacity: 1_000_000)
        #expect(arena.committedBytes == 0)
        #expect(UInt(bitPattern: arena.base) % UInt(Arena.largePageBytes) == 0)
        var count = 0
        for next in [1, 100, 5000, 400_000, 1_000_000] {
            try arena.commit(count: next)
            #expect(arena.committedBytes >= next * 24)
            let words = arena.base.assumingMemoryBound(to: UInt64.self)
            for i in stride(from: 0, to: next * 3, by: 997) {
                #expect(words[i] == (i < count * 3 ? UInt64(i) + 1 : 0))
                words[i] = UInt64(i) + 1
            }
            count = next
        }
        #expect(throws: VectorError.indexFull) { try arena.commit(count: 1_000_001) }
    }

    @Test("a range of addresses that no system has is refused")
    func tooLarge() {
        #expect(throws: VectorError.indexFull) { try Arena(stride: 1 << 40, capacity: 1 << 20) }
    }

    @Test("a mapped beginning reads as the file, is changed only in memory, and can become memory")
    func mapping() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/file"
        let content = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 * 31 >> 4) }
        try write(content, toFile: path)
        let descriptor = open(path, O_RDONLY)
        defer { close(descriptor) }

        let arena = try Arena(stride: 1, capacity: 20_000_000)
        try arena.map(descriptor: descriptor, offset: 4096, byteCount: 4_900_000, path: path)
        #expect(arena.mappedBytes >= 4_900_000)
        #expect(arena.bytes(4_900_000).elementsEqual(content[4096..<4_904_096]))
        // It grows behind the file.
        try arena.commit(count: 9_000_000)
        let bytes = arena.base.assumingMemoryBound(to: UInt8.self)
        bytes[8_999_999] = 7
        bytes[5000] = ~content[4096 + 5000]

        var pieces = 0
        while try arena.unmapSome(limit: 1 << 20) { pieces += 1 }
        #expect(pieces >= 1 && arena.mappedBytes == 0)
        var expected = Array(content[4096..<4_904_096])
        expected[5000] = ~expected[5000]
        #expect(arena.bytes(4_900_000).elementsEqual(expected))
        #expect(bytes[8_999_999] == 7)
        #expect(try MartletTestBasics.bytes(ofFile: path) == content)
    }
}
