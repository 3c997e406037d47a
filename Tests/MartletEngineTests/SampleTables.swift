import MartletCatalog
import MartletEngine
import MartletModel
import MartletTestSupport
import Testing

extension TableRequest {
    /// Orders by customer and number, with one index of each kind and projection.
    static let orders = TableRequest(
        hash: "pk:S", range: "sk:N",
        local: [
            IndexShape("byDate", hash: "pk:S", range: "dated:S"),
            IndexShape("byTotal", hash: "pk:S", range: "price:N", projecting: .keysOnly),
        ],
        global: [
            IndexShape("byState", hash: "phase:S", range: "dated:S", projecting: .include("note")),
            IndexShape("byShop", hash: "shop:S", projecting: .keysOnly),
            IndexShape(
                "byPlace", hash: "country:S city:S", range: "street:S house:N", projecting: .all),
        ])
}

extension Item {
    /// An order that is in every index of `TableRequest.orders`.
    static let order: Item = [
        "pk": "ann", "sk": 1, "dated": "2026-11-01", "price": 12, "phase": "open", "note": "quick",
        "shop": "north", "country": "FI", "city": "Oulu", "street": "Rata", "house": 3,
        "lines": [["item": "pen", "count": 2], ["item": "ink", "count": 1]],
    ]

    func with(_ name: Text, _ value: AttributeValue?) -> Item {
        var item = self
        item[name] = value
        return item
    }
}

extension TestDatabase {
    /// The size and the count of the table and of its indexes by name.
    func tallies(_ table: TableName = "Tab") throws(OperationError) -> [String: Tally] {
        let description = try describe(table)
        var tallies = ["": description.tally]
        for index in description.definition.indexes {
            tallies[index.name.string] = description.indexTallies[index.id]
        }
        for index in description.definition.vectorIndexes {
            tallies[index.name.string] = description.indexTallies[index.id]
        }
        return tallies
    }
}

/// A row of a table of cases, shown by what is expected: values may be large.
struct Case<Input: Sendable>: Sendable, CustomTestStringConvertible {
    let input: Input
    let expected: String

    init(_ input: Input, _ expected: String) {
        self.input = input
        self.expected = expected
    }

    var testDescription: String { expected }
}

/// An update with its values.
struct UpdateCase: Sendable {
    let text: String
    let values: AttributeMap?
}
