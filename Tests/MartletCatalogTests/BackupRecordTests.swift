import MartletCatalog
import MartletEncoding
import MartletModel
import Testing

@Suite struct BackupRecordTests {
    private static func backup(_ expires: Timestamp? = nil) -> BackupDefinition {
        BackupDefinition(
            id: 12, rowsID: 12, name: "kept",
            label: BackupDefinition.label(
                at: Timestamp(secondsSince1970: 1_489_602_797.149), number: 0x73d8_d5bc),
            kind: expires == nil ? .user : .system, status: .available,
            created: Timestamp(secondsSince1970: 1_489_602_797.149), expires: expires,
            itemCount: 7, sizeBytes: 99,
            table: Requests.indexed())
    }

    @Test("a backup comes back as it was stored, under its id")
    func backups() throws {
        for backup in [
            Self.backup(), Self.backup(Timestamp(secondsSince1970: 2_000_000_000.25)),
        ] {
            let record = try ItemRecord(verifying: backup.record.bytes)
            #expect(try BackupDefinition(record: record) == backup)
            #expect(backup.recordKey == [0x0A, 0, 0, 0, 12])
        }
    }

    @Test("a backup that lacks a member, or has one too many, is corrupt")
    func damage() throws {
        let item = Self.backup().record.item
        for entry in item {
            var damaged = item
            damaged[entry.name] = nil
            #expect(throws: CorruptRecord.self, "\(entry.name)") {
                try BackupDefinition(record: ItemRecord(damaged))
            }
        }
        for (name, value) in [("format", AttributeValue.number(DecimalNumber(2))), ("x", .null)] {
            var damaged = item
            damaged[Text(name)] = value
            #expect(throws: CorruptRecord.self) {
                try BackupDefinition(record: ItemRecord(damaged))
            }
        }
    }

    @Test("labels are the milliseconds in 14 digits and a number in 8")
    func labels() {
        #expect(Self.backup().label == "01489602797149-73d8d5bc")
        #expect(
            BackupDefinition.label(at: Timestamp(secondsSince1970: 0.001), number: 0)
                == "00000000000001-00000000")
    }

    @Test("a copy comes back as it was stored, with its progress")
    func copies() throws {
        for until in [nil, HistoryPoint(moment: 1_790_000_000_000_001, ordinal: 4)] {
            let copy = TableCopy(target: 5, source: 3, until: until)
            #expect(try TableCopy(record: ItemRecord(verifying: copy.record.bytes)) == copy)
            #expect(copy.recordKey == [0x0C, 0, 0, 0, 5])
            #expect(copy.progressKey == [0x0C, 0, 0, 0, 5, 0])
            var damaged = copy.record.item
            damaged["source"] = nil
            #expect(throws: CorruptRecord.self) { try TableCopy(record: ItemRecord(damaged)) }
        }
        let part = TableCopy(
            target: 5, source: 3, until: HistoryPoint(moment: 9), since: HistoryPoint(moment: 7))
        #expect(try TableCopy(record: ItemRecord(verifying: part.record.bytes)) == part)
        var endless = part.record.item
        endless["until"] = nil
        #expect(throws: CorruptRecord.self) { try TableCopy(record: ItemRecord(endless)) }
        #expect(TableCopy.Progress.items(through: [7, 8]).stored == [1, 7, 8])
        #expect(TableCopy.Progress.changes(before: [6]).stored == [3, 6])
        #expect(TableCopy.Progress.history(from: [9]).stored == [2, 9])
        for progress in [
            TableCopy.Progress.items(through: []), .history(from: [1, 2, 3]), .changes(before: [4]),
        ] {
            #expect(try TableCopy.Progress(stored: progress.stored) == progress)
        }
        #expect(throws: CorruptRecord.self) { try TableCopy.Progress(stored: [4]) }
        #expect(throws: CorruptRecord.self) { try TableCopy.Progress(stored: []) }
    }

    @Test("what is no ARN of a backup is refused")
    func arns() throws {
        let text =
            "arn:aws:dynamodb:us-east-1:000000000000:table/Tab/backup/01489602797149-73d8d5bc"
        let arn = try BackupARN(parsing: text)
        #expect(arn.description == text)
        #expect(arn.table == "Tab")
        #expect(arn.label == "01489602797149-73d8d5bc")
        for other in [
            "", "Tab", "arn:aws:s3:us-east-1:000000000000:table/Tab/backup/1",
            "arn:aws:dynamodb:us-east-1:000000000000:table/Tab",
            "arn:aws:dynamodb:us-east-1:000000000000:table/Tab/index/x",
            "arn:aws:dynamodb:us-east-1:000000000000:table/Tab/backup/",
            "arn:aws:dynamodb:us-east-1:000000000000:table/T/backup/1",
        ] {
            #expect(throws: ValidationError.self, "\(other)") { try BackupARN(parsing: other) }
        }
    }
}
