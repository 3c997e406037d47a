// The ranges of rows that a SELECT reads. A condition that pins the partition key in every one of
// its alternatives is answered by as many queries; any other by a scan.

internal import MartletCatalog
internal import MartletEncoding
internal import MartletExpressions
internal import MartletKeyValue
internal import MartletModel

/// One query of a SELECT.
struct ReadBranch {
    /// The partition's values, encoded so that they order as values do.
    var partition: [UInt8]
    var range: KeyRange
    /// What the range does not answer.
    var filters: [Condition]
    /// Whether the range holds one row at most.
    var pinsRow: Bool

    var filter: Condition? {
        filters.isEmpty ? nil : filters.count == 1 ? filters[0] : .all(filters)
    }
}

extension KeySpread {
    /// A query for each alternative, in the order of partitions and ranges; nil when one of them
    /// does not pin the partition, so that all rows must be scanned.
    func branches(of target: ReadTarget) throws(OperationError) -> [ReadBranch]? {
        var branches: [ReadBranch] = []
        for alternative in alternatives {
            guard let branch = try target.branch(alternative) else { return nil }
            branches.append(branch)
        }
        branches.sort { left, right in
            left.partition == right.partition
                ? left.range.lower.precedes(right.range.lower)
                : left.partition.precedes(right.partition)
        }
        return branches
    }
}

extension ReadTarget {
    fileprivate func branch(_ alternative: KeyAlternative) throws(OperationError) -> ReadBranch? {
        var clauses: [(attribute: Text, comparison: KeyCondition.Comparison)] = []
        var partition: [UInt8] = []
        for attribute in key.hash {
            let tests = alternative.tests.filter { $0.attribute == attribute }
            guard case .equal(let value)? = tests.first?.comparison,
                tests.allSatisfy({ $0.comparison == .equal(value) })
            else { return nil }
            clauses.append((attribute.name, .equal(value)))
            OrderedKey.append(value, to: &partition)
        }
        var range = try self.range(for: KeyCondition(clauses: clauses))
        var filters = alternative.filters
        var isOpen = true
        var pinsRow = index == nil
        for attribute in key.range {
            let tests = alternative.tests.filter { $0.attribute == attribute }
            guard isOpen else {
                filters += tests.map(\.condition)
                continue
            }
            let start = clauses
            var isEqual = false
            for test in tests {
                var next = start
                next.append((attribute.name, test.comparison))
                range.formIntersection(try self.range(for: KeyCondition(clauses: next)))
                guard case .equal = test.comparison, !isEqual else { continue }
                isEqual = true
                clauses = next
            }
            isOpen = isEqual
            pinsRow = pinsRow && isEqual
        }
        return ReadBranch(
            partition: partition, range: range, filters: filters, pinsRow: pinsRow)
    }
}

extension KeyRange {
    fileprivate mutating func formIntersection(_ other: KeyRange) {
        if lower.precedes(other.lower) { lower = other.lower }
        if let end = other.upper, upper.map({ end.precedes($0) }) ?? true { upper = end }
    }
}

extension [ReadBranch] {
    /// Refuses alternatives that could both give one row.
    /// - Precondition: in the order of partitions and ranges.
    func requireDisjoint() throws(OperationError) {
        var previous: ReadBranch?
        for branch in self where !branch.range.isEmpty {
            if let end = previous, end.partition == branch.partition,
                end.range.upper.map({ branch.range.lower.precedes($0) }) ?? true
            {
                throw .validation(
                    "Overlapping conditions with range keys are not supported in where clause")
            }
            previous = branch
        }
    }
}
