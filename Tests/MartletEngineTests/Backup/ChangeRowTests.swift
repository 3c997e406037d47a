import MartletEncoding
import MartletModel
import Testing

@testable import MartletEngine

@Suite struct ChangeRowTests {
    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }.joined(separator: " ")
    }

    @Test("version 1, byte for byte: without an item before, and with one")
    func golden() throws {
        let absent = ChangeRow(moment: 0x0102_0304_0506_0708, old: nil)
        #expect(
            Self.hexadecimal(absent.stored) == "01 00 08 07 06 05 04 03 02 01 58 3b 5a 82")
        let present = ChangeRow(moment: 0x0102_0304_0506_0708, old: ItemRecord(["a": 1]))
        #expect(
            Self.hexadecimal(present.stored)
                == "01 01 08 07 06 05 04 03 02 01 02 00 03 00 00 00 01 00 00 00 0c 00 01 61 04 "
                + "01 31 b0 ab 28 67 28 d9 d7 ac")
        for row in [absent, present] { #expect(try ChangeRow(stored: row.stored) == row) }
    }

    @Test("a changed byte, or one that is missing, is damage")
    func damage() {
        let bytes = ChangeRow(moment: 7, old: ItemRecord(["a": 1])).stored
        for position in bytes.indices {
            var damaged = bytes
            damaged[position] ^= 1
            #expect(throws: CorruptRecord.self) { try ChangeRow(stored: damaged) }
            #expect(throws: CorruptRecord.self) { try ChangeRow(stored: Array(bytes[..<position])) }
        }
    }
}
