// Rows of the catalogue and lines of journals. The first byte of the input says what is read; a
// definition's record is given as JSON of its item, so that mutations change what it says and not
// only whether it can be read.
//
//   * A definition that is read is written and read as the same.
//   * A sequence that is read is written as the same bytes.

internal import MartletCatalog
internal import MartletEncoding
internal import MartletIndexes
internal import MartletModel

extension Fuzzer {
    static let storedRows = Fuzzer(
        "stored-rows",
        words: [
            "{\"S\":\"", "{\"N\":\"1\"}", "{\"N\":\"-1\"}", "{\"N\":\"9223372036854775807\"}",
            "{\"L\":[]}", "{\"M\":{}}", "{\"BOOL\":true}", "\"}", "format", "name", "key", "type",
        ],
        allocation: (256 << 10, 16 << 10),
        seeds: { _ in
            let table = TableDefinition(
                name: "Tab", id: 1, uuid: "u", created: Timestamp(secondsSince1970: 0),
                attributeDefinitions: [KeyAttribute(name: "k", type: .string)],
                key: KeySchema(hash: [KeyAttribute(name: "k", type: .string)]))
            let backup: Item = [
                "format": .number(DecimalNumber(1)), "name": .string("b"),
                "table": .map(table.record.item),
            ]
            return [
                [0] + json(of: table.record), [1] + json(of: backup), [2] + json(of: backup),
                [3] + json(of: backup), [4] + json(of: backup),
                [5] + VectorJournal.key(7, 1 << 40), [6] + VectorJournal.encode(nextSequence: 9),
            ]
        },
        check: { bytes throws(Finding) in
            var input = InputReader(bytes)
            let kind = input.below(7)
            let stored = input.remainder()
            switch kind {
            case 5:
                guard let sequence = try? VectorJournal.sequence(inKey: stored) else { return }
                let key = VectorJournal.key(0, sequence)
                return try require(stored.suffix(8) == key.suffix(8), "another sequence's key")
            case 6:
                guard let next = try? VectorJournal.decodeNextSequence(stored) else { return }
                return try require(
                    VectorJournal.encode(nextSequence: next) == stored, "another next sequence")
            default: break
            }
            guard let item = Fuzzer.item(ofJSON: stored) else { return }
            let record = ItemRecord(item)
            switch kind {
            case 0: try check(record, { try? TableDefinition(record: $0) }, \.record)
            case 1: try check(record, { try? BackupDefinition(record: $0) }, \.record)
            case 2: try check(record, { try? StreamDefinition(record: $0) }, \.record)
            case 3: try check(record, { try? TableCopy(record: $0) }, \.record)
            default: try check(record, { try? ImportJob(record: $0) }, \.record)
            }
        })

    private static func check<Definition>(
        _ record: ItemRecord, _ read: (ItemRecord) -> Definition?,
        _ write: (Definition) -> ItemRecord
    ) throws(Finding) {
        guard let definition = read(record) else { return }
        let written = write(definition)
        guard let again = read(written) else { throw Finding("refused its own record") }
        try require(write(again) == written, "another definition after being stored")
    }
}
