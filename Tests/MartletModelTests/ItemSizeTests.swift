// Sizes as the developer guide counts them ("DynamoDB item sizes and formats").

import MartletModel
import Testing

private func number(_ text: String) -> AttributeValue { .number(try! DecimalNumber(parsing: text)) }

@Suite struct ItemSizeTests {
    @Test("the guide's example item: names and values in UTF-8 bytes")
    func guideExample() {
        // "Attribute name shirt-color, value R, is 12 bytes"; a second attribute adds its own.
        #expect((["shirt-color": .string("R")] as Item).sizeBytes == 12)
        #expect(
            (["shirt-color": .string("R"), "shirt-size": .string("M")] as Item).sizeBytes == 23)
    }

    private static let numbers = SortedSet(distinct: [DecimalNumber(1), DecimalNumber(-1)])!
    private static let binaries = SortedSet(distinct: [Binary([1]), Binary([2, 3])])!

    private static let valueSizes: [(AttributeValue, Int)] = [
        (.string(""), 0), (.string("abc"), 3), (.string("\u{E9}"), 2), (.string("\u{1F600}"), 4),
        (.binary([]), 0), (.binary([1, 2, 3]), 3),
        (.null, 1), (.bool(true), 1), (.bool(false), 1),
        (.stringSet(SortedSet(distinct: ["a", "bc"])!), 3),
        (.binarySet(binaries), 3),
        (.numberSet(numbers), 5),
        // Three bytes for the list or map, and one more for each element.
        (.list([]), 3), (.list([.string("ab"), .null]), 8),
        (.map([:]), 3), (.map(["k": .string("ab")]), 7), (.map(["k": .list([.bool(true)])]), 10),
    ]

    @Test("each type of value", arguments: valueSizes)
    func values(value: AttributeValue, size: Int) {
        #expect(value.sizeBytes == size)
    }

    @Test(
        "a number takes a byte, one for every two digits on either side of the point, one for a minus",
        arguments: [
            ("0", 1), ("1", 2), ("9", 2), ("12", 2), ("99", 2), ("123", 3), ("1234", 3),
            ("-1", 3), ("-12", 3), ("-123", 4), ("1.2", 3), ("12.5", 3), ("123.45", 4),
            ("0.1", 2), ("0.12", 2), ("0.123", 3), ("-0.5", 3), ("-12.5", 4),
            ("12345678901234567890123456789012345678", 20),
            ("-12345678901234567890123456789012345678", 21),
            // Zeros at either end are trimmed.
            ("1e125", 2), ("1e-130", 2), ("1200", 2),
        ])
    func numbers(text: String, size: Int) {
        #expect(number(text).sizeBytes == size)
    }
}
