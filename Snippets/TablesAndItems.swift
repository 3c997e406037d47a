// DynamoDB's model in this process: a table with an index, items, conditions, queries, transactions.

import Martlet

let shop = try Database.open(at: "/tmp/martlet-snippet-shop")
defer { try? shop.close() }

if try !shop.listTables().contains("Orders") {
    try await shop.createTable(
        TableRequest(
            "Orders", partitionKey: .string("customer"), sortKey: .number("number"),
            indexAttributes: [.string("status")],
            globalIndexes: [IndexRequest("ByStatus", partitionKey: "status", sortKey: "number")]))
}

try await shop.put(["customer": "c1", "number": 7, "status": "open", "total": 12.5], in: "Orders")
try await shop.update(
    ["customer": "c1", "number": 7], in: "Orders", "SET #s = :shipped ADD version :one",
    if: "#s = :open", names: ["#s": "status"],
    values: [":shipped": "shipped", ":open": "open", ":one": 1])

let page = try shop.query(
    "Orders", index: "ByStatus", where: "#s = :s AND #n > :n",
    names: ["#s": "status", "#n": "number"], values: [":s": "shipped", ":n": 5])
print(page.items, page.nextKey as Any)

// A condition that does not hold is an error of its own.
do {
    try await shop.put(
        ["customer": "c1", "number": 7], in: "Orders", if: "attribute_not_exists(customer)")
} catch {
    guard case .conditionFailed = error else { throw error }
    print("is there")
}

// All of it or nothing.
try await shop.transact([
    .put(["customer": "c2", "number": 8, "status": "open"], in: "Orders"),
    .delete(
        ["customer": "c1", "number": 7], from: "Orders", if: "version = :v", values: [":v": 1]),
])

// Any operation by its request, with everything that its answer tells.
var request = PutItem(table: "Orders", item: ["customer": "c3", "number": 9], returnsOldItem: true)
request.options.capacityReport = .total
let answer = try await shop.run(request)
print(answer.attributes?.item as Any, answer.capacity?.total as Any)
try await shop.deleteTable("Orders")
