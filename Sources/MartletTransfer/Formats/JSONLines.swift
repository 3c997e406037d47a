internal import MartletCatalog
internal import MartletWire

/// One item a line: `{"Item": {…}}`; in a bulk put a condition may stand beside it, as in PutItem.
final class JSONLines: RecordReader {
    private let lines: LineReader
    private let takesConditions: Bool

    init(_ object: ObjectReader, takesConditions: Bool) {
        lines = LineReader(object)
        self.takesConditions = takesConditions
    }

    var plainBytes: Int { lines.plainBytes }
    var takenBytes: Int { lines.takenBytes }

    func next() throws(TransferFailure) -> SourceRecord? {
        while let line = try lines.next() {
            if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { continue }
            do throws(WireError) {
                let parsed = try ItemLine(line, takesCondition: takesConditions)
                return SourceRecord(content: .item(parsed.item, parsed.condition), text: line)
            } catch {
                return SourceRecord(content: .faulty(error.text), text: line)
            }
        }
        return nil
    }
}

extension WireError {
    fileprivate var text: String {
        switch self {
        case .serialization(let text): text ?? "The record is not JSON of an item"
        case .validation(let text): text
        case .unknownOperation: "The record is not JSON of an item"
        }
    }
}
