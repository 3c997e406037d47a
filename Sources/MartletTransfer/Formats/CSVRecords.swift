// Comma-separated values (RFC 4180, with other delimiters): a row is an item, a column an attribute.
//
// Attributes of the keys of the table and its indexes have the types that the table declares; a
// binary one is base64. All others are text. An empty column is an attribute that the item does not
// have. A column that holds a quote, the delimiter or the end of a line stands in quotes, and a quote
// within is written twice. A row has as many columns as the header, or is faulty.

internal import MartletCatalog
internal import MartletModel
internal import MartletWire

final class CSVRecords: RecordReader {
    private let lines: LineReader
    private let delimiter: UInt8
    private let types: [Text: KeyType]
    private var headers: [Text]?

    /// - Parameter definition: says the types of key attributes.
    init(_ object: ObjectReader, _ input: ImportJob.Input, of definition: TableDefinition) {
        lines = LineReader(object)
        delimiter = input.delimiter?.utf8.first ?? UInt8(ascii: ",")
        headers = input.headers.map { $0.map { Text($0) } }
        var types: [Text: KeyType] = [:]
        for attribute in definition.attributeDefinitions { types[attribute.name] = attribute.type }
        self.types = types
    }

    var plainBytes: Int { lines.plainBytes }
    var takenBytes: Int { lines.takenBytes }

    func next() throws(TransferFailure) -> SourceRecord? {
        while let (text, fields) = try row() {
            guard let fields else {
                // Without its header nothing of the object can be told.
                if headers == nil { throw .damagedHeader }
                return SourceRecord(
                    content: .faulty("A quote stands where none may be"), text: text)
            }
            guard let headers else {
                let names = fields.map { Text($0) }
                guard !names.contains(where: \.isEmpty), Set(names).count == names.count else {
                    throw .damagedHeader
                }
                self.headers = names
                continue
            }
            if fields == [""] { continue }
            return SourceRecord(content: content(fields, headers), text: text)
        }
        return nil
    }

    // MARK: Rows

    /// The columns of the next row, nil when its quotes are wrong; nil behind the last row.
    private func row() throws(TransferFailure) -> (text: [UInt8], fields: [String]?)? {
        guard let line = try lines.next() else { return nil }
        var row = CSVRow(line, delimiter: delimiter)
        while true {
            switch row.read() {
            case .complete: return (row.text, row.fields)
            case .broken: return (row.text, nil)
            case .open:
                // A quoted column holds the end of a line, as it is.
                guard row.text.count <= LineReader.limitBytes else { throw .longLine }
                let ending = lines.endsInReturn ? "\r\n" : "\n"
                guard let more = try lines.next() else { return (row.text, nil) }
                row.append(ending.utf8)
                row.append(more)
            }
        }
    }

    // MARK: Items

    private func content(_ fields: [String], _ headers: [Text]) -> SourceRecord.Content {
        guard fields.count == headers.count else {
            return .faulty("The row has \(fields.count) columns, the header has \(headers.count)")
        }
        var item = Item(minimumCapacity: fields.count)
        for (name, field) in zip(headers, fields) where !field.isEmpty {
            switch types[name] {
            case nil, .string?: item[name] = .string(Text(field))
            case .number?:
                guard let number = try? DecimalNumber(parsing: field) else {
                    return .faulty("The value of a number attribute is not a number")
                }
                item[name] = .number(number)
            case .binary?:
                guard let bytes = Base64Text.decoded(field) else {
                    return .faulty("The value of a binary attribute is not base64")
                }
                item[name] = .binary(bytes)
            }
        }
        return .item(item, nil)
    }
}

extension TransferFailure {
    static let damagedHeader = TransferFailure(
        code: "InvalidCsvHeader", message: "The header of an object is not a list of distinct names"
    )
}
