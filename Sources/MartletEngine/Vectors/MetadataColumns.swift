// Which metadata the slots of a graph have, so that a filter becomes a set of slots without looking
// at items.
//
// Each field of metadata is a column: for a slot, the number of the value that it has there, and for
// values that are numbers their doubles. Equality finds its value by its hash and compares the
// column with its number, ranges compare the doubles: 64 slots give a word of the set, and what that
// costs hardly depends on how many match. Other tests are made once for every value that the field
// has. Columns of fields that few slots have are tables of pairs.
//
// Long values are not kept: they have the number `long`. Where a test cannot be decided without
// them, the slot is among those `unknown`, and whoever asks looks at the items.
//
// Sets that were asked for are kept for a while and kept up to date, so asking again costs nothing.
//
// Not thread-safe, but for sets that were given out: those never change.
// MetadataColumns+Asking.swift makes the sets, MetadataColumns+File.swift has the columns in files.

internal import MartletEncoding
internal import MartletIndexes
internal import MartletModel
internal import MartletVectors

struct MetadataColumns: ~Copyable, Sendable {
    /// The number of all values that are not kept.
    static let long = UInt32.max - 1
    /// Encoded values of up to so many bytes are kept.
    static let keptBytes = 96
    /// So many sets are kept, each of a bit a slot.
    private static let setLimit = 32

    /// Numbers of values, by field (4 bytes) and record of the value.
    private(set) var values = ByteStringTable()
    var freeNumbers: [UInt32] = []
    /// How many slots have a value, by number.
    private(set) var counts = GrowingBuffer<UInt32>()
    private(set) var fields: [MetadataColumn] = []
    private(set) var fieldNumbers: [Text: Int] = [:]
    /// Slots that have metadata, and all slots that were set.
    private(set) var described = SlotBitmap()
    private(set) var present = SlotBitmap()
    var kept: [MetadataFilter: SlotBitmap] = [:]
    private var keptOrder: [MetadataFilter] = []
    /// Rises with every change.
    private(set) var version: UInt64 = 0

    init() {}

    /// As a file has it.
    init(
        values: consuming ByteStringTable, counts: consuming GrowingBuffer<UInt32>,
        fields: [MetadataColumn], described: SlotBitmap, present: SlotBitmap
    ) {
        for number in 0..<UInt32(counts.count) where !values.hasString(number) {
            freeNumbers.append(number)
        }
        self.values = values
        self.counts = counts
        self.fields = fields
        for (number, field) in fields.enumerated() { fieldNumbers[field.name] = number }
        self.described = described
        self.present = present
    }

    // MARK: Changing

    /// Sets what a slot has.
    mutating func set(_ slot: Slot, _ metadata: AttributeMap?) {
        clear(slot)
        version += 1
        present.insert(slot)
        if let metadata {
            described.insert(slot)
            for entry in metadata {
                let field = fieldNumber(entry.name)
                let number = number(of: entry.value, in: field)
                fields[field].set(slot, number, Self.double(entry.value))
                if number < Self.long { counts[Int(number)] += 1 }
            }
        }
        for filter in keptOrder where filter.matches(metadata) {
            change(filter) { $0.insert(slot) }
        }
    }

    /// Forgets what a slot has.
    mutating func clear(_ slot: Slot) {
        guard present.remove(slot) else { return }
        version += 1
        if described.remove(slot) {
            for field in fields.indices {
                let number = fields[field].remove(slot)
                guard number < Self.long else { continue }
                counts[Int(number)] -= 1
                guard counts[Int(number)] == 0 else { continue }
                values.remove(number)
                freeNumbers.append(number)
            }
            if values.isMostlyHoles { values = values.compacted() }
        }
        for filter in keptOrder { change(filter) { $0.remove(slot) } }
    }

    /// Changes a set that is kept: a copy if somebody still has it.
    private mutating func change(_ filter: MetadataFilter, _ body: (SlotBitmap) -> Void) {
        guard var set = kept.removeValue(forKey: filter) else { return }
        if !isKnownUniquelyReferenced(&set) { set = SlotBitmap(copying: set) }
        body(set)
        kept[filter] = set
    }

    private mutating func fieldNumber(_ name: Text) -> Int {
        if let number = fieldNumbers[name] { return number }
        fields.append(MetadataColumn(name: name))
        fieldNumbers[name] = fields.count - 1
        return fields.count - 1
    }

    private mutating func number(of value: AttributeValue, in field: Int) -> UInt32 {
        guard let string = Self.string(field, value) else { return Self.long }
        return string.withUnsafeBytes { string in
            let hash = ByteStringTable.hash(string)
            if let number = values.number(of: string, hash: hash) { return number }
            let number = freeNumbers.popLast() ?? UInt32(counts.count)
            counts.grow(to: Int(number) + 1, with: 0)
            values.insert(string, hash: hash, as: number)
            return number
        }
    }

    private static func double(_ value: AttributeValue) -> Double {
        if case .number(let decimal) = value { decimal.double } else { .nan }
    }

    /// nil for a value that is too long to be kept.
    static func string(_ field: Int, _ value: AttributeValue) -> [UInt8]? {
        if case .string(let text) = value, text.utf8Count > keptBytes { return nil }
        var string: [UInt8] = []
        string.appendLittleEndian(UInt32(field))
        string.append(contentsOf: RecordPart.encoded(value))
        return string.count > keptBytes + 4 ? nil : string
    }

    func value(_ number: UInt32) -> AttributeValue {
        RecordPart.value(UnsafeRawBufferPointer(rebasing: values.string(number)[4...]))
    }

    /// Keeps a set that was found, unless anything changed meanwhile.
    mutating func keep(_ set: SlotBitmap, for filter: MetadataFilter, ifStill found: UInt64) {
        guard found == version, kept[filter] == nil else { return }
        if keptOrder.count == Self.setLimit { kept[keptOrder.removeFirst()] = nil }
        kept[filter] = set
        keptOrder.append(filter)
    }

    /// About what it takes in memory, sets left out.
    var byteCount: Int {
        values.byteCount + counts.bytes.count
            + fields.reduce(0) { $0 + $1.byteCount }
            + described.byteCount + present.byteCount
    }
}
