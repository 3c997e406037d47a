import MartletTestBasics
import Testing

@testable import MartletVectors

@Suite struct QuantizerBytesTests {
    /// The bytes that the file's header describes: int4, euclidean, 2 dimensions.
    static let golden: [UInt8] =
        Array("MVSQ".utf8) + [1, 0, 2, 1, 2, 0, 0, 0]
        + [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0]  // centres 1 and -2
        + [0, 0, 0, 0x3F, 0, 0, 0, 0]  // steps 0.5 and 0

    @Test("bytes are as described, and come back as they went")
    func golden() throws {
        let layout = CodeLayout(dimensions: 2, kind: .int4, metric: .euclidean)
        let quantizer = ScalarQuantizer(
            layout: layout, metric: .euclidean, centres: [1, -2], steps: [0.5, 0])
        #expect(quantizer.serialized() == Self.golden)
        let read = try Self.read(Self.golden)
        #expect(read.layout == layout && read.metric == .euclidean)
        #expect(read.serialized() == Self.golden)
    }

    @Test("a quantizer that was written and read makes the same codes and distances")
    func roundTrip() throws {
        var random = SeededRandom(seed: testSetting("MARTLET_TEST_SEED") ?? 0x4EAD)
        let data = TestVectors(count: 40, dimensions: 21, using: &random)
        for metric in Metric.allCases {
            for kind in ScalarQuantizerTests.kinds {
                let quantizer = data.quantizer(kind, metric)
                let read = try Self.read(quantizer.serialized())
                let codes = data.codes(of: quantizer)
                #expect(data.codes(of: read).bytes == codes.bytes)
                #expect(
                    TestCodes(quantizer: read, bytes: codes.bytes).distances(to: data.vectors[3])
                        == codes.distances(to: data.vectors[3]))
            }
        }
    }

    @Test("bytes cut anywhere, or with something after their end, are refused")
    func lengths() {
        for count in 0..<Self.golden.count {
            #expect(throws: DamagedQuantizer.self) { try Self.read(Array(Self.golden[..<count])) }
        }
        #expect(throws: DamagedQuantizer.self) { try Self.read(Self.golden + [0]) }
    }

    @Test(
        "a field that no quantizer has is refused, with its place",
        arguments: [
            (0, [0x4E], 0), (4, [2], 4), (6, [0], 6), (6, [3], 6), (7, [3], 7),
            (8, [0, 0], 8), (8, [1, 0, 1, 0], 8), (8, [3], 28),
            (12, [0, 0, 0x80, 0x7F], 12), (16, [0, 0, 0xC0, 0x7F], 16),
            (20, [0, 0, 0, 0xBF], 20), (24, [0, 0, 0x80, 0x7F], 24),
        ] as [(Int, [UInt8], Int)])
    func fields(offset: Int, bytes: [UInt8], place: Int) {
        var damaged = Self.golden
        damaged.replaceSubrange(offset..<offset + bytes.count, with: bytes)
        do throws(DamagedQuantizer) {
            _ = try Self.read(damaged)
            Issue.record("accepted")
        } catch {
            #expect(error.offset == place)
        }
    }

    private static func read(_ bytes: [UInt8]) throws(DamagedQuantizer) -> ScalarQuantizer {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        defer { copy.deallocate() }
        copy.copyBytes(from: bytes)
        return try ScalarQuantizer(serialized: UnsafeRawBufferPointer(copy))
    }
}
