// Reading: a key is looked up in the directory, whose value says where the row's value is:
//
//   offset  bytes  field
//   0       4      session, little-endian
//   4       8      number, little-endian
//   12      1      1: the value follows; 0: it is in the record
//   13             the value

package import MartletKeyValue
internal import Synchronization

struct Reference: Equatable {
    static let headBytes = 13

    static func bytes(_ name: RecordName, inline value: UnsafeRawBufferPointer?) -> [UInt8] {
        let count = headBytes + (value?.count ?? 0)
        return [UInt8](unsafeUninitializedCapacity: count) { bytes, initialized in
            let bytes = UnsafeMutableRawBufferPointer(bytes)
            bytes.storeBytes(of: name.session.littleEndian, as: UInt32.self)
            bytes.storeBytes(of: name.number.littleEndian, toByteOffset: 4, as: UInt64.self)
            bytes[12] = value == nil ? 0 : 1
            if let value { bytes[headBytes...].copyBytes(from: value) }
            initialized = count
        }
    }

    let name: RecordName
    /// Where in the directory's value an inline value begins.
    let isInline: Bool

    init(_ bytes: RawSpan) {
        name = RecordName(
            session: UInt32(littleEndian: bytes.unsafeLoadUnaligned(as: UInt32.self)),
            number: UInt64(
                littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: 4, as: UInt64.self)))
        isInline = bytes.unsafeLoad(fromByteOffset: 12, as: UInt8.self) == 1
    }
}

/// Keys and records of one moment, or of every moment's newest.
struct SealedView: Sendable {
    let keys: any KeyValueReadable
    let records: any SealedReading
    let sessions: SessionTable

    /// What a lookup came to.
    enum Found {
        case nothing
        case lent
        /// The directory names a record that is not there.
        case gone(RecordName)
    }

    func lend(
        _ key: [UInt8], _ body: (RawSpan) throws(StorageError) -> Void
    ) throws(StorageError) -> Found {
        var name: RecordName?
        let isThere = try keys.withValue(forKey: key) { bytes throws(StorageError) in
            let reference = Reference(bytes)
            if reference.isInline {
                try body(bytes.extracting(Reference.headBytes..<bytes.byteCount))
            } else {
                name = reference.name
            }
        }
        guard isThere else { return .nothing }
        guard let name else { return .lent }
        let isFound = try records.withRecord(named: name.bytes) { sealed throws(StorageError) in
            let record = try open(sealed, name)
            try record.lendValue(body)
        }
        return isFound ? .lent : .gone(name)
    }

    func open(_ sealed: RawSpan, _ name: RecordName) throws(StorageError) -> OpenedRecord {
        guard let session = sessions[name.session] else { throw .closed }
        do throws(SealingError) {
            return try OpenedRecord(sealed, name, session.seal)
        } catch {
            throw StorageError(error)
        }
    }

    /// - Returns: values in the order asked, and the first name whose record is not there.
    func values(
        forKeys asked: [[UInt8]]
    ) throws(StorageError) -> (values: [[UInt8]?], gone: RecordName?) {
        let references = try keys.values(forKeys: asked)
        return try values(of: references)
    }

    /// - Parameter references: of the directory; nil for what is not there.
    func values(
        of references: [[UInt8]?]
    ) throws(StorageError) -> (values: [[UInt8]?], gone: RecordName?) {
        var values = [[UInt8]?](repeating: nil, count: references.count)
        var names: [RecordName] = []
        var places: [Int] = []
        for (place, bytes) in references.enumerated() {
            guard let bytes else { continue }
            let reference = Reference(bytes.span.bytes)
            if reference.isInline {
                values[place] = Array(bytes[Reference.headBytes...])
            } else {
                names.append(reference.name)
                places.append(place)
            }
        }
        if names.isEmpty { return (values, nil) }
        for (number, sealed) in try records.records(named: names.map(\.bytes)).enumerated() {
            guard let sealed else { return (values, names[number]) }
            let record = try open(sealed.span.bytes, names[number])
            values[places[number]] = Array(record.value)
        }
        return (values, nil)
    }
}

extension OpenedRecord {
    func lendValue(_ body: (RawSpan) throws(StorageError) -> Void) throws(StorageError) {
        let value = value
        guard let base = value.baseAddress else { return try body(RawSpan()) }
        try body(RawSpan(_unsafeStart: base, byteCount: value.count))
    }
}

extension StorageError {
    static func missing(_ name: RecordName) -> StorageError {
        StorageError(.missing(name.place))
    }
}

extension SealedStore {
    private var view: SealedView {
        SealedView(keys: directory, records: storage, sessions: sessions)
    }

    package func value(forKey key: [UInt8]) throws(StorageError) -> [UInt8]? {
        var value: [UInt8]?
        _ = try withValue(forKey: key) { bytes in value = bytes.withUnsafeBytes { Array($0) } }
        return value
    }

    package func withValue(
        forKey key: [UInt8], _ body: (RawSpan) throws(StorageError) -> Void
    ) throws(StorageError) -> Bool {
        switch try view.lend(key, body) {
        case .nothing: return false
        case .lent: return true
        case .gone: break
        }
        // Replaced since it was looked up: once its commit has ended, the directory knows.
        return try writer.withLock { _ throws(StorageError) in
            switch try view.lend(key, body) {
            case .nothing: return false
            case .lent: return true
            case .gone(let name): throw .missing(name)
            }
        }
    }

    package func values(forKeys keys: [[UInt8]]) throws(StorageError) -> [[UInt8]?] {
        let found = try view.values(forKeys: keys)
        if found.gone == nil { return found.values }
        return try writer.withLock { _ throws(StorageError) in
            let found = try view.values(forKeys: keys)
            if let name = found.gone { throw .missing(name) }
            return found.values
        }
    }
}

/// The rows of one moment.
final class SealedSnapshot: KeyValueSnapshot {
    private let view: SealedView

    init(view: SealedView) { self.view = view }

    func value(forKey key: [UInt8]) throws(StorageError) -> [UInt8]? {
        var value: [UInt8]?
        _ = try withValue(forKey: key) { bytes in value = bytes.withUnsafeBytes { Array($0) } }
        return value
    }

    func withValue(
        forKey key: [UInt8], _ body: (RawSpan) throws(StorageError) -> Void
    ) throws(StorageError) -> Bool {
        switch try view.lend(key, body) {
        case .nothing: return false
        case .lent: return true
        case .gone(let name): throw .missing(name)
        }
    }

    func values(forKeys keys: [[UInt8]]) throws(StorageError) -> [[UInt8]?] {
        let found = try view.values(forKeys: keys)
        if let name = found.gone { throw .missing(name) }
        return found.values
    }

    func cursor(
        over range: KeyRange, _ direction: ScanDirection
    ) throws(StorageError) -> any KeyValueCursor {
        SealedCursor(keys: try view.keys.cursor(over: range, direction), view: view)
    }
}

/// Takes keys from the directory, ever more at a time, and their values from the storage.
final class SealedCursor: KeyValueCursor {
    private static let largestPiece = 64

    private let keys: any KeyValueCursor
    private let view: SealedView
    private var rows: [(key: [UInt8], value: [UInt8])] = []
    private var position = 0
    private var piece = 1

    init(keys: any KeyValueCursor, view: SealedView) {
        self.keys = keys
        self.view = view
    }

    func next() throws(StorageError) -> (key: [UInt8], value: [UInt8])? {
        if position == rows.count { try fill() }
        guard position < rows.count else { return nil }
        defer { position += 1 }
        return rows[position]
    }

    func seek(to key: [UInt8]) {
        rows = []
        position = 0
        piece = 1
        keys.seek(to: key)
    }

    func forEachRow(
        _ body: (_ key: RawSpan, _ value: RawSpan) throws(StorageError) -> Bool
    ) throws(StorageError) -> Bool {
        while let (key, value) = try next() {
            guard try body(key.span.bytes, value.span.bytes) else { return false }
        }
        return true
    }

    private func fill() throws(StorageError) {
        rows.removeAll(keepingCapacity: true)
        position = 0
        var some: [[UInt8]] = []
        var references: [[UInt8]?] = []
        while some.count < piece, let (key, reference) = try keys.next() {
            some.append(key)
            references.append(reference)
        }
        piece = min(piece * 2, Self.largestPiece)
        if some.isEmpty { return }
        let found = try view.values(of: references)
        if let name = found.gone { throw .missing(name) }
        for (key, value) in zip(some, found.values) { rows.append((key, value!)) }
    }
}
