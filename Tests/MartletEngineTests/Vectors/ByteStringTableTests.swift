import MartletTestBasics
import Testing

@testable import MartletEngine

@Suite struct ByteStringTableTests {
    @Test("strings are found by their numbers and numbers by their strings, through any changes")
    func againstDictionary() {
        var random = SeededRandom(seed: 5)
        var table = ByteStringTable()
        var model: [UInt32: [UInt8]] = [:]
        for step in 0..<20_000 {
            let number = UInt32(random.below(step < 10_000 ? 3000 : 40))
            if model[number] == nil {
                let string = (0..<random.below(20)).map { _ in UInt8(random.below(3)) }
                guard !model.values.contains(string) else { continue }
                model[number] = string
                string.withUnsafeBytes {
                    table.insert($0, hash: ByteStringTable.hash($0), as: number)
                }
            } else {
                let wasThere = table.remove(number)
                let isStillThere = table.remove(number)
                #expect(wasThere && !isStillThere)
                model[number] = nil
            }
            if step % 1000 == 0 { table = table.compacted() }
            if step % 1500 == 0 {
                table = ByteStringTable(
                    text: table.text.bytes, places: table.places.bytes,
                    buckets: table.buckets.bytes)!
            }
            if step % 500 == 0 { compare(table, model) }
        }
        compare(table, model)
    }

    private func compare(_ table: borrowing ByteStringTable, _ model: [UInt32: [UInt8]]) {
        let count = table.count
        #expect(count == model.count)
        for number in 0..<UInt32(3000) {
            let hasString = table.hasString(number)
            #expect(hasString == (model[number] != nil))
            guard let string = model[number] else { continue }
            let stored = Array(table.string(number))
            #expect(stored == string)
            let found = string.withUnsafeBytes {
                table.number(of: $0, hash: ByteStringTable.hash($0))
            }
            #expect(found == number)
        }
        // Also of numbers that never had one, and of one more than once.
        let numbers = (0..<3010).map { UInt32($0 * 7 % 3005) }
        let copies = table.copies(numbers)
        for (position, number) in numbers.enumerated() {
            let copy = copies.string(position, after: [1, 0])
            #expect(copy == model[number].map { [1, 0] + $0 })
        }
        let absent: [UInt8] = [9, 9]
        let found = absent.withUnsafeBytes {
            table.number(of: $0, hash: ByteStringTable.hash($0))
        }
        #expect(found == nil)
    }

    @Test("parts that do not belong together are refused, never trapped on")
    func refused() {
        var table = ByteStringTable()
        for number in UInt32(0)..<10 {
            let string = [UInt8(number), 1]
            string.withUnsafeBytes {
                table.insert($0, hash: ByteStringTable.hash($0), as: number)
            }
        }
        let parts = [table.text.bytes, table.places.bytes, table.buckets.bytes].map(Array.init)
        func isAccepted(_ parts: [[UInt8]]) -> Bool {
            parts[0].withUnsafeBytes { text in
                parts[1].withUnsafeBytes { places in
                    parts[2].withUnsafeBytes { buckets in
                        ByteStringTable(text: text, places: places, buckets: buckets) != nil
                    }
                }
            }
        }
        #expect(isAccepted(parts))
        for part in 0..<3 {
            var cut = parts
            cut[part].removeLast(part == 0 ? 1 : 8)
            #expect(!isAccepted(cut), "part \(part)")
        }
        var random = SeededRandom(seed: 3)
        for _ in 0..<2000 {
            var changed = parts
            let part = random.number(1...2)
            changed[part][random.below(changed[part].count)] ^= UInt8(random.number(1...255))
            _ = isAccepted(changed)
        }
    }
}
