// Filters as sets of slots: see MetadataColumns.swift.

internal import MartletEncoding
internal import MartletIndexes
internal import MartletModel
internal import MartletVectors

extension MetadataColumns {
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
        let lower = fields[field].slots(withAnyOf: Array(numbers))
        guard mayBeLong else { return Bounds(lower: lower) }
        let upper = fields[field].slots { $0 == Self.long }
        upper.formUnion(lower)
        return Bounds(lower: lower, upper: upper)
    }

    /// Numbers on one side of a bound, told by their nearest doubles but where those are equal.
    @inline(__always)
    private func bounds(
        ofColumn name: Text, _ test: MetadataFilter.Test, _ bound: DecimalNumber,
        _ isBeyond: (Double, Double) -> Bool
    ) -> Bounds {
        guard let field = fieldNumbers[name] else { return Bounds(lower: SlotBitmap()) }
        let column = fields[field]
        let (lower, equal) = column.slots(beyond: bound.double, isBeyond)
        var outcomes: [UInt32: Bool] = [:]
        equal.forEach { slot in
            let number = column.number(slot)
            // Numbers are never too long.
            let outcome = outcomes[number] ?? test.holds(for: value(number))
            outcomes[number] = outcome
            if outcome { lower.insert(slot) }
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
