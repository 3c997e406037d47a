// The records of an object, one after the other, in any format. What is wrong with one record alone
// is told as such, and reading goes on behind it; what ends the object is thrown.

internal import MartletCatalog
internal import MartletExpressions
internal import MartletModel

/// A record of an object.
struct SourceRecord {
    enum Content {
        case item(Item, ConditionExpression?)
        /// The text says why it is no item.
        case faulty(String)
    }

    var content: Content
    /// The record as it stands in the object.
    var text: [UInt8]
}

protocol RecordReader: AnyObject {
    /// The next record; nil behind the last one.
    func next() throws(TransferFailure) -> SourceRecord?
    /// Bytes that were read so far: uncompressed, and of the object as it is.
    var plainBytes: Int { get }
    var takenBytes: Int { get }
}

/// Lines of an object, of a length that is bounded.
final class LineReader {
    /// What 400 KB become in JSON is far below.
    static let limitBytes = 16 << 20

    private let object: ObjectReader
    private var buffer: [UInt8] = []
    /// Where the next line begins, and how far the buffer was looked through.
    private var (start, seen) = (0, 0)
    private(set) var plainBytes = 0
    /// Whether the last line ended in `\r\n`.
    private(set) var endsInReturn = false

    init(_ object: ObjectReader) { self.object = object }

    var takenBytes: Int { object.takenBytes }

    /// The next line, without its end; nil behind the last one.
    func next() throws(TransferFailure) -> [UInt8]? {
        while true {
            if let end = buffer[seen...].firstIndex(of: UInt8(ascii: "\n")) {
                return take(through: end + 1, without: 1)
            }
            seen = buffer.count
            guard seen - start <= Self.limitBytes else { throw .longLine }
            if start > 0 {
                buffer.removeFirst(start)
                (start, seen) = (0, seen - start)
            }
            guard try object.read(into: &buffer) else {
                guard start < buffer.count else { return nil }
                return take(through: buffer.count, without: 0)
            }
        }
    }

    private func take(through end: Int, without ending: Int) -> [UInt8] {
        var last = end - ending
        endsInReturn = last > start && buffer[last - 1] == UInt8(ascii: "\r")
        if endsInReturn { last -= 1 }
        let line = Array(buffer[start..<last])
        plainBytes += end - start
        (start, seen) = (end, end)
        return line
    }
}

extension TransferFailure {
    static let longLine = TransferFailure(
        code: "InvalidFormat", message: "A record is longer than \(LineReader.limitBytes) bytes")
}
