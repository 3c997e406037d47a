// How far a copy is, in a file, so that the same command goes on where it was broken off, by whatever.
//
//   {"version": 1, "from": …, "to": …, "tables": [{"table": …, "makesTable": true,
//    "phase": …, "segments": [{"items": 12, "bytes": 345, "isDone": false, "next": {key}}]}]}
//
// A table's phase says what may be there: `pending` nothing; `creating` the table, which is ours
// if it is there; `items` the table and, of each segment, the items before `next`; `settings` all
// items; `done`. A phase is written before what it allows is done, a segment after its page was
// written, so what is done twice is only put twice. The file is replaced as a whole: written beside,
// synced, renamed. It holds keys of items, and only the user may read it.

internal import Glibc
internal import MartletWire

struct CopyState: Sendable {
    enum Phase: String, Sendable {
        case pending, creating, items, settings, done
    }

    struct Segment: Sendable, Equatable {
        var items = 0
        var bytes = 0
        var isDone = false
        /// Where its next page begins; nil at its start and when it is done.
        var next: [UInt8]?
    }

    struct Table: Sendable, Equatable {
        var name: String
        /// Whether the target's table is the copy's own: otherwise it gets items and nothing else.
        var makesTable: Bool
        var phase = Phase.pending
        var segments: [Segment]

        var items: Int { segments.reduce(0) { $0 + $1.items } }
        var bytes: Int { segments.reduce(0) { $0 + $1.bytes } }
    }

    private static let version = 1

    /// Endpoint and region of the two sides.
    var from: String
    var to: String
    var tables: [Table]

    init(from: String, to: String, tables: [Table]) {
        self.from = from
        self.to = to
        self.tables = tables
    }

    // MARK: The file

    /// Reads a file; nil when there is none.
    static func load(_ path: String) throws(CommandFailure) -> CopyState? {
        guard access(path, F_OK) == 0 else { return nil }
        let text = try readText(path)
        guard let state = JSONTree(text).flatMap(CopyState.init) else {
            throw CommandFailure("\(path) is no state of a copy of this version")
        }
        return state
    }

    /// Replaces the file.
    func save(_ path: String) throws(CommandFailure) {
        let temporary = path + ".new"
        let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Self.failure(temporary) }
        let isWritten = bytes.withUnsafeBytes { bytes in
            var offset = 0
            while offset < bytes.count {
                let count = Glibc.write(file, bytes.baseAddress! + offset, bytes.count - offset)
                guard count > 0 else { return false }
                offset += count
            }
            return fdatasync(file) == 0
        }
        guard isWritten else {
            let failure = Self.failure(temporary)
            close(file)
            throw failure
        }
        close(file)
        guard rename(temporary, path) == 0 else { throw Self.failure(path) }
    }

    private static func failure(_ path: String) -> CommandFailure {
        CommandFailure("cannot write \(path): \(String(cString: strerror(errno)))")
    }

    // MARK: JSON

    private init?(_ tree: JSONTree) {
        guard tree["version"]?.integer == Self.version, let from = tree["from"]?.string,
            let to = tree["to"]?.string
        else { return nil }
        var tables: [Table] = []
        for table in tree["tables"]?.elements ?? [] {
            guard let name = table["table"]?.string,
                let phase = table["phase"]?.string.flatMap(Phase.init),
                case .bool(let makesTable)? = table["makesTable"]
            else { return nil }
            var segments: [Segment] = []
            for segment in table["segments"]?.elements ?? [] {
                guard let items = segment["items"]?.integer, let bytes = segment["bytes"]?.integer,
                    case .bool(let isDone)? = segment["isDone"]
                else { return nil }
                var key: [UInt8]?
                if let next = segment["next"] {
                    var writer = JSONWriter()
                    next.write(to: &writer)
                    key = writer.bytes
                }
                segments.append(Segment(items: items, bytes: bytes, isDone: isDone, next: key))
            }
            guard !segments.isEmpty else { return nil }
            tables.append(
                Table(name: name, makesTable: makesTable, phase: phase, segments: segments))
        }
        self.init(from: from, to: to, tables: tables)
    }

    var bytes: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("version")
        writer.integer(Self.version)
        writer.member("from")
        writer.string(from)
        writer.member("to")
        writer.string(to)
        writer.member("tables")
        writer.beginArray()
        for table in tables {
            writer.beginObject()
            writer.member("table")
            writer.string(table.name)
            writer.member("makesTable")
            writer.bool(table.makesTable)
            writer.member("phase")
            writer.string(table.phase.rawValue)
            writer.member("segments")
            writer.beginArray()
            for segment in table.segments {
                writer.beginObject()
                writer.member("items")
                writer.integer(segment.items)
                writer.member("bytes")
                writer.integer(segment.bytes)
                writer.member("isDone")
                writer.bool(segment.isDone)
                if let next = segment.next {
                    writer.member("next")
                    writer.verbatim(next)
                }
                writer.endObject()
            }
            writer.endArray()
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }
}
