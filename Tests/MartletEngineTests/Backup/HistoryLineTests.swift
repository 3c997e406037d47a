import MartletCatalog
import MartletEncoding
import MartletModel
import MartletTestSupport
import Testing

@testable import MartletEngine

@Suite struct HistoryLineTests {
    private static let rowKey: [UInt8] = [0x10, 0, 0, 0, 9, 0xAA, 0xBB]

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }.joined(separator: " ")
    }

    @Test("keys order by table, moment and ordinal")
    func keys() throws {
        #expect(
            Self.hexadecimal(
                HistoryLine.key(9, HistoryPoint(moment: 0x0006_2F4A_1B2C_3D4E, ordinal: 2)))
                == "0b 00 00 00 09 00 06 2f 4a 1b 2c 3d 4e 00 00 00 02")
        #expect(try HistoryLine.moment(inKey: HistoryLine.key(9, HistoryPoint(moment: 77))) == 77)
        #expect(throws: CorruptRecord.self) { try HistoryLine.moment(inKey: [0x0B, 0, 0, 0, 9]) }
    }

    @Test("version 1, byte for byte: without an item, and with one")
    func golden() throws {
        let absent = HistoryLine.value(Self.rowKey, old: nil)
        #expect(Self.hexadecimal(absent) == "01 00 02 00 00 00 aa bb 31 5c 1d 0b")
        let record = ItemRecord(["a": 1])
        let present = HistoryLine.value(Self.rowKey, old: record)
        #expect(
            Self.hexadecimal(present)
                == "01 01 02 00 00 00 aa bb 02 00 03 00 00 00 01 00 00 00 0c 00 01 61 04 01 31 "
                + "b0 ab 28 67 16 05 d1 33")
        let read = try HistoryLine(stored: present)
        #expect(Array(read.itemKey) == [0xAA, 0xBB])
        #expect(read.record == record)
        #expect(try HistoryLine(stored: absent).record == nil)
    }

    @Test("a line with any byte changed, missing or too many is refused")
    func damage() {
        for line in [
            HistoryLine.value(Self.rowKey, old: nil),
            HistoryLine.value(Self.rowKey, old: ItemRecord(["a": 1])),
        ] {
            for place in line.indices {
                var damaged = line
                damaged[place] ^= 0x10
                #expect(throws: CorruptRecord.self) { try HistoryLine(stored: damaged) }
                #expect(throws: CorruptRecord.self) {
                    try HistoryLine(stored: Array(line[..<place]))
                }
            }
            #expect(throws: CorruptRecord.self) { try HistoryLine(stored: line + [0]) }
        }
    }
}
