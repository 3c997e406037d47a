// Items as JSON, and item records made of them.
//
//   * An item is the same after it was written as JSON and read, and after it was stored and read.
//   * A record says of its item what the item says: size, attributes, values, JSON.

internal import MartletEncoding
internal import MartletModel
internal import MartletWire

extension Fuzzer {
    static let items = Fuzzer(
        "items",
        words: [
            "{\"S\":\"", "{\"N\":\"", "{\"B\":\"AQID\"}", "{\"BOOL\":true}", "{\"NULL\":true}",
            "{\"L\":[", "{\"M\":{", "{\"SS\":[\"a\"]}", "{\"NS\":[\"1\"]}", "{\"BS\":[\"AA==\"]}",
            "\"}", "]}", "}}", ",", ":", "\"a\":", "\"\":", "0.1", "1e-130", "\\u0000", "é",
        ],
        allocation: (64 << 10, 4 << 10),
        seeds: { _ in
            [
                #"{"pk":{"S":"a\u00e9\n"},"n":{"N":"-1.50e3"},"b":{"B":"AQID"},"z":{"NULL":true}}"#,
                #"{"m":{"M":{"x":{"L":[{"BOOL":true},{"NULL":true},{"SS":["a","b"]}]}}}}"#,
                #"{"v":{"L":[{"N":"0.5"},{"N":"-1.25"},{"N":"3"},{"N":"1e-7"},{"N":"0.1"}]}}"#,
                #"{"NS":{"NS":["1","2.0"]},"BS":{"BS":["AA==","AQ=="]},"":{"S":""}}"#, "{}",
            ].map { Array($0.utf8) }
        },
        check: { bytes throws(Finding) in
            guard let item = Fuzzer.item(ofJSON: Array(bytes)) else { return }
            let text = json(of: item)
            try require(Fuzzer.item(ofJSON: text) == item, "another item after JSON")
            let record = ItemRecord(item)
            try require(record.item == item, "another item after being stored")
            try require(json(of: record) == text, "JSON of the record")
            try require(record.sizeBytes == item.sizeBytes, "size in the record")
            try require((try? ItemRecord(verifying: record.bytes)) == record, "refused record")
            for (name, value) in item.entries.map({ ($0.name, $0.value) }) {
                try require(record.value(named: name) == value, "value in the record")
                try require(record.removing(name).value(named: name) == nil, "still there")
            }
        })

    /// The item of `{"name": {"S": "value"}, …}`.
    static func item(ofJSON text: [UInt8]) -> Item? {
        let line = Array("{\"Item\":".utf8) + text + [UInt8(ascii: "}")]
        return (try? ItemLine(line, takesCondition: false))?.item
    }

    static func json(of item: some ItemJSONSource) -> [UInt8] {
        var writer = JSONWriter()
        item.writeJSON(to: &writer)
        return writer.withBytes { Array($0) }
    }
}
