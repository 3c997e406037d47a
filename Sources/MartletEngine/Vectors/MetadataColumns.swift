// Which metadata the slots of a graph have, so that a filter becomes a set of slots without looking
// at items.
//
// Each field of metadata is a column: for a slot, the number of the value that it has there. A test
// is made once for every value that the field has, and then the column is gone through; equality
// finds its value by its hash. So every test is supported, and what it costs hardly depends on how
// many slots match. Columns of fields that few slots have are tables of pairs.
//
// Long values are not kept: they have the number `long`. Where a test cannot be decided without
// them, the slot is among those `unknown`, and whoever asks looks at the items.
//
// Sets that were asked for are kept for a while and kept up to date, so asking again costs nothing.
//
// Not thread-safe, but for sets that were given out: those never change.

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
    private var freeNumbers: [UInt32] = []
    /// How many slots have a value, by number.
    private var counts = GrowingBuffer<UInt32>()
    /// The nearest double of a value that is a number, by number; else not a number.
    private var doubles = GrowingBuffer<Double>()
    private(set) var fields: [MetadataColumn] = []
    private var fieldNumbers: [Text: Int] = [:]
    /// Slots that have metadata, and all slots that were set.
    private(set) var described = SlotBitmap()
    private(set) var present = SlotBitmap()
    private var kept: [MetadataFilter: SlotBitmap] = [:]
    private var keptOrder: [MetadataFilter] = []
    /// Rises with every change.
    private(set) var version: UInt64 = 0

    init() {}

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
                fields[field].set(slot, number)
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
            doubles.grow(to: Int(number) + 1, with: .nan)
            doubles[Int(number)] =
                if case .number(let decimal) = value { decimal.double } else { .nan }
            values.insert(string, hash: hash, as: number)
            return number
        }
    }

    /// nil for a value that is too long to be kept.
    private static func string(_ field: Int, _ value: AttributeValue) -> [UInt8]? {
        if case .string(let text) = value, text.utf8Count > keptBytes { return nil }
        var string: [UInt8] = []
        string.appendLittleEndian(UInt32(field))
        string.append(contentsOf: RecordPart.encoded(value))
        return string.count > keptBytes + 4 ? nil : string
    }

    private func value(_ number: UInt32) -> AttributeValue {
        RecordPart.value(UnsafeRawBufferPointer(rebasing: values.string(number)[4...]))
    }

    // MARK: Asking

    /// Slots for which a filter holds, and those for which it may.
    struct Selection {
        var matching: SlotBitmap
        var unknown: SlotBitmap?
        /// Of the columns that were asked.
        var version: UInt64
    }

    /// - Complexity: O(1) for a filter that was asked for before; else O(slots + values) for each of
    ///   its tests.
    mutating func select(_ filter: MetadataFilter) -> Selection {
        if let set = kept[filter] { return Selection(matching: set, version: version) }
        let bounds = bounds(of: filter)
        let unknown = bounds.upper.map { upper in
            let unknown = SlotBitmap(copying: upper)
            unknown.subtract(bounds.lower)
            return unknown
        }
        if let unknown, !unknown.isEmpty {
            return Selection(matching: bounds.lower, unknown: unknown, version: version)
        }
        keep(bounds.lower, for: filter, ifStill: version)
        return Selection(matching: bounds.lower, version: version)
    }

    /// Keeps a set that was found, unless anything changed meanwhile.
    mutating func keep(_ set: SlotBitmap, for filter: MetadataFilter, ifStill found: UInt64) {
        guard found == version, kept[filter] == nil else { return }
        if keptOrder.count == Self.setLimit { kept[keptOrder.removeFirst()] = nil }
        kept[filter] = set
        keptOrder.append(filter)
    }

    /// Slots that match for sure, and those that do not for sure left out; nil: the same.
    fileprivate struct Bounds {
        var lower: SlotBitmap
        var upper: SlotBitmap?
    }

    private func bounds(of filter: MetadataFilter) -> Bounds {
        switch filter {
        case .all(let filters):
            var result = Bounds(lower: SlotBitmap(copying: present))
            for filter in filters {
                let other = bounds(of: filter)
                result.combine(other) { $0.formIntersection($1) }
            }
            return result
        case .any(let filters):
            var result = Bounds(lower: SlotBitmap())
            for filter in filters {
                let other = bounds(of: filter)
                result.combine(other) { $0.formUnion($1) }
            }
            return result
        case .not(let filter):
            let inner = bounds(of: filter)
            return Bounds(
                lower: complement(inner.upper ?? inner.lower),
                upper: inner.upper == nil ? nil : complement(inner.lower))
        case .field(let name, let test): return bounds(of: name, test)
        }
    }

    private func complement(_ set: SlotBitmap) -> SlotBitmap {
        let result = SlotBitmap(copying: present)
        result.subtract(set)
        return result
    }

    /// A field by its own name goes before one that is nested.
    private func bounds(of name: Text, _ test: MetadataFilter.Test) -> Bounds {
        if let path = FieldPath(name) {
            let own = fieldNumbers[name].flatMap { fields[$0].count > 0 ? fields[$0].slots : nil }
            var result = bounds(
                ofColumn: path.first, whenMissing: test.holds(for: nil),
                long: .unknown
            ) { value in
                guard case .map(let inner) = value else { return test.holds(for: nil) }
                return test.holds(for: inner.value(ofField: path.rest))
            }
            if let own {
                result.lower.subtract(own)
                result.upper?.subtract(own)
                var direct = directBounds(of: name, test)
                direct.combine(Bounds(lower: own)) { $0.formIntersection($1) }
                result.combine(direct) { $0.formUnion($1) }
            }
            return withoutUndescribed(result, test)
        }
        return withoutUndescribed(directBounds(of: name, test), test)
    }

    /// What has no metadata is different from nothing.
    private func withoutUndescribed(_ bounds: Bounds, _ test: MetadataFilter.Test) -> Bounds {
        guard case .differs = test else { return bounds }
        bounds.lower.formIntersection(described)
        bounds.upper?.formIntersection(described)
        return bounds
    }

    private func directBounds(of name: Text, _ test: MetadataFilter.Test) -> Bounds {
        let isMissingMatched = test.holds(for: nil)
        switch test {
        case .equals(let value) where value != .null:
            return bounds(ofColumn: name, equalTo: [value])
        case .isIn(let values): return bounds(ofColumn: name, equalTo: values)
        case .differs(let value):
            let equal = bounds(ofColumn: name, equalTo: [value])
            return Bounds(
                lower: complement(equal.upper ?? equal.lower),
                upper: equal.upper == nil ? nil : complement(equal.lower))
        case .exists(let isThere):
            return bounds(ofColumn: name, whenMissing: !isThere, long: isThere ? .match : .mismatch)
            { _ in isThere }
        case .greater(let bound): return bounds(ofColumn: name, test, bound) { $0 > $1 }
        case .atLeast(let bound): return bounds(ofColumn: name, test, bound) { $0 > $1 }
        case .less(let bound): return bounds(ofColumn: name, test, bound) { $0 < $1 }
        case .atMost(let bound): return bounds(ofColumn: name, test, bound) { $0 < $1 }
        case .contains:
            return bounds(ofColumn: name, whenMissing: isMissingMatched, long: .unknown) {
                test.holds(for: $0)
            }
        case .equals:
            // Null, which is short.
            return bounds(ofColumn: name, whenMissing: isMissingMatched, long: .mismatch) {
                test.holds(for: $0)
            }
        }
    }

    private func bounds(ofColumn name: Text, equalTo values: [AttributeValue]) -> Bounds {
        guard let field = fieldNumbers[name] else { return Bounds(lower: SlotBitmap()) }
        var numbers: Set<UInt32> = []
        var mayBeLong = false
        for value in values {
            guard let string = Self.string(field, value) else {
                mayBeLong = true
                continue
            }
            let number = string.withUnsafeBytes {
                self.values.number(of: $0, hash: ByteStringTable.hash($0))
            }
            if let number { numbers.insert(number) }
        }
        let lower = SlotBitmap()
        if numbers.count == 1, let number = numbers.first {
            fields[field].forEach { slot, other in if other == number { lower.insert(slot) } }
        } else if !numbers.isEmpty {
            fields[field].forEach { slot, other in
                if numbers.contains(other) { lower.insert(slot) }
            }
        }
        guard mayBeLong else { return Bounds(lower: lower) }
        let upper = SlotBitmap(copying: lower)
        fields[field].forEach { slot, other in if other == Self.long { upper.insert(slot) } }
        return Bounds(lower: lower, upper: upper)
    }

    /// Numbers on one side of a bound, told by their nearest doubles but where those are equal.
    private func bounds(
        ofColumn name: Text, _ test: MetadataFilter.Test, _ bound: DecimalNumber,
        _ isBeyond: (Double, Double) -> Bool
    ) -> Bounds {
        let lower = SlotBitmap()
        guard let field = fieldNumbers[name] else { return Bounds(lower: lower) }
        let limit = bound.double
        fields[field].forEach { slot, number in
            if number == Self.long { return }
            let double = doubles[Int(number)]
            if double == limit ? test.holds(for: value(number)) : isBeyond(double, limit) {
                lower.insert(slot)
            }
        }
        return Bounds(lower: lower)
    }

    private enum LongOutcome { case match, mismatch, unknown }

    /// Tests each value of a column once.
    private func bounds(
        ofColumn name: Text, whenMissing isMissingMatched: Bool, long: LongOutcome,
        _ test: (AttributeValue) -> Bool
    ) -> Bounds {
        guard let field = fieldNumbers[name] else {
            return Bounds(lower: isMissingMatched ? SlotBitmap(copying: present) : SlotBitmap())
        }
        // 0: not tested yet, 1: mismatch, 2: match.
        var outcomes = [UInt8](repeating: 0, count: counts.count)
        let lower: SlotBitmap
        if isMissingMatched {
            lower = complement(fields[field].slots)
        } else {
            lower = SlotBitmap()
        }
        var unknown: [Slot] = []
        outcomes.withUnsafeMutableBufferPointer { outcomes in
            fields[field].forEach { slot, number in
                if number == Self.long {
                    switch long {
                    case .match: lower.insert(slot)
                    case .mismatch: break
                    case .unknown: unknown.append(slot)
                    }
                    return
                }
                var outcome = outcomes[Int(number)]
                if outcome == 0 {
                    outcome = test(value(number)) ? 2 : 1
                    outcomes[Int(number)] = outcome
                }
                if outcome == 2 { lower.insert(slot) }
            }
        }
        guard !unknown.isEmpty else { return Bounds(lower: lower) }
        let upper = SlotBitmap(copying: lower)
        for slot in unknown { upper.insert(slot) }
        return Bounds(lower: lower, upper: upper)
    }

    /// About what it takes in memory, sets left out.
    var byteCount: Int {
        values.byteCount + counts.bytes.count + doubles.bytes.count
            + fields.reduce(0) { $0 + $1.byteCount }
            + described.byteCount + present.byteCount
    }
}

extension MetadataColumns.Bounds {
    /// Applies a set operation that is monotonous to both bounds.
    fileprivate mutating func combine(
        _ other: Self, _ operation: (SlotBitmap, SlotBitmap) -> Void
    ) {
        if upper != nil || other.upper != nil {
            let upper = upper ?? SlotBitmap(copying: lower)
            operation(upper, other.upper ?? other.lower)
            self.upper = upper
        }
        operation(lower, other.lower)
    }
}
