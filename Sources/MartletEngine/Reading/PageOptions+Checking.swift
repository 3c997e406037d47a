// Numbers that a request can get wrong. Requests over the wire were checked with their other
// members; callers inside the process meet the same rules, and the same texts, here.

package import MartletCatalog
package import MartletModel

extension PageOptions {
    /// - Parameter isQuery: Query alone names the member as requests spell it, and not its value.
    package func checkLimit(_ checks: inout MemberChecks, isQuery: Bool) {
        guard isQuery else { return checks.range(of: limit, from: 1, at: "limit") }
        if let limit, limit < 1 {
            checks.fail(
                text: "Value at 'Limit' failed to satisfy constraint: "
                    + "Member must have value greater than or equal to 1")
        }
    }
}

extension Scan.Segment {
    /// Checks each number by itself; nil stands for one that the request does not have.
    package static func check(_ number: Int?, of total: Int?, _ checks: inout MemberChecks) {
        checks.range(of: total, from: 1, through: Limits.scanSegments, at: "totalSegments")
        checks.range(of: number, from: 0, through: Limits.scanSegments - 1, at: "segment")
    }

    /// Checks the numbers against each other.
    package func requireNumberBelowTotal() throws(ValidationError) {
        guard number < total else {
            throw ValidationError(
                "The Segment parameter is zero-based and must be less than parameter "
                    + "TotalSegments: Segment: \(number) is not less than TotalSegments: \(total)")
        }
    }
}

extension MemberChecks {
    /// Throws what was collected.
    func check() throws(OperationError) {
        if let error { throw OperationError(error) }
    }
}
