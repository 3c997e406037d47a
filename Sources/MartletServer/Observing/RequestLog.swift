// One line a request on standard error, as `name=value` pairs: what was asked, how it ended, how
// long it took, how large it was. Never names, keys or contents of items.

internal import Glibc
internal import MartletWire

struct RequestRecord {
    var operation: OperationName?
    var status: UInt16
    /// The exception's name without its namespace; nil on success.
    var errorType: String?
    var nanoseconds: UInt64
    var requestBytes: Int
    var answerBytes: Int
    var requestID: String
    var peer: String
}

struct RequestLog: Sendable {
    func write(_ record: RequestRecord) {
        var line = "time=\(timestamp()) id=\(record.requestID) peer=\(record.peer)"
        line += " operation=\(record.operation?.rawValue ?? "-") status=\(record.status)"
        if let type = record.errorType { line += " error=\(type)" }
        line += " us=\(record.nanoseconds / 1000) in=\(record.requestBytes)"
        line += " out=\(record.answerBytes)\n"
        // One call, so that lines of several threads do not mix.
        line.withUTF8 { _ = Glibc.write(2, $0.baseAddress, $0.count) }
    }

    /// UTC with milliseconds.
    private func timestamp() -> String {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        var calendar = tm()
        gmtime_r(&now.tv_sec, &calendar)
        var text = [CChar](repeating: 0, count: 32)
        strftime(&text, text.count, "%Y-%m-%dT%H:%M:%S", &calendar)
        let milliseconds = String(now.tv_nsec / 1_000_000 + 1000).dropFirst()
        return text.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
            + ".\(milliseconds)Z"
    }
}
