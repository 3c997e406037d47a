// Order: docs/operations/SearchVectors.md.

internal import MartletCatalog
package import MartletEngine
internal import MartletExpressions
internal import MartletModel

extension SearchVectors: WireOperation {
    private static let kinds: [ExpressionKind] = [.searchCondition, .projection]

    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<SearchVectors> {
        let members = try readBody(body) { reader, progress throws(WireError) in
            try SearchMembers(&reader, &progress)
        }
        var checks = MemberChecks()
        let table = checks.tableName(members.table)
        members.checkIndex(&checks)
        members.checkVector(&checks)
        members.checkTopK(&checks)
        let report = checks.choice(
            members.capacityReport, of: .returnConsumedCapacity, at: "returnConsumedCapacity")
        try checks.check()

        guard members.topK <= Limits.searchResults else {
            throw .validation(
                "Provided TopK value '\(members.topK)' is out of valid range. The value must be "
                    + "between 1 and \(Limits.searchResults) inclusive")
        }
        guard members.vector.isSound else {
            throw .validation(
                "Search vector contains invalid values. All values in the search vector must be a "
                    + "32-bit floating-point number attribute")
        }
        var expressions = try members.expressions.makeBinder(kinds)
        let condition = try expressions.searchCondition()
        let projection = try expressions.projection()
        try expressions.requireAllUsed()
        return DecodedRequest(
            SearchVectors(
                table: table, index: Text(members.index), vector: members.vector.elements,
                topK: members.topK, condition: condition, projection: projection,
                capacityReport: report ?? .none))
    }

    package static func encode(
        _ output: Output, for request: DecodedRequest<SearchVectors>, into writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.member("SearchResults")
        writer.beginArray()
        for match in output.matches {
            writer.beginObject()
            writer.member("Item")
            match.item.writeJSON(to: &writer)
            writer.member("Score")
            writer.float(match.score)
            writer.endObject()
        }
        writer.endArray()
        if let bytes = output.requestBytes {
            writer.member("ConsumedCapacity")
            writer.vectorCapacity(searchRequestBytes: bytes)
        }
        writer.endObject()
    }

    /// What a body holds, in the words of the parser that this operation has.
    private struct SearchMembers {
        let table: String
        let index: String
        let vector: DecodedVector
        let topK: Int
        let capacityReport: String?
        let expressions: ExpressionMembers

        init(
            _ reader: inout JSONReader, _ progress: inout JSONReader.Progress
        ) throws(WireError) {
            var table: String?
            var index: String?
            var vector: DecodedVector?
            var topK: Int?
            var capacityReport: String?
            var expressions = ExpressionMembers(.plain)
            while let name = try reader.nextMember(&progress) {
                switch name {
                case "TableName": table = try reader.readSearchString()
                case "IndexName": index = try reader.readSearchString()
                case "SearchVector": vector = try reader.readSearchVector()
                case "TopK": topK = try reader.readSearchInteger()
                case "ReturnConsumedCapacity":
                    capacityReport = try reader.readOptionalSearchString()
                default:
                    if try expressions.read(name, of: kinds, from: &reader) { continue }
                    try reader.skipValue()
                }
            }
            guard let table else { throw reader.missing("TableName") }
            guard let index else { throw reader.missing("IndexName") }
            guard let vector else { throw reader.missing("SearchVector") }
            guard let topK else { throw reader.missing("TopK") }
            self.table = table
            self.index = index
            self.vector = vector
            self.topK = topK
            self.capacityReport = capacityReport
            self.expressions = expressions
        }

        /// The members below are spelt as in the request, and their values not shown.
        func checkIndex(_ checks: inout MemberChecks) {
            Self.checkLength(
                index.utf16.count, in: Limits.tableNameCharacters, at: "IndexName", &checks)
            if !index.isEmpty, !TableName.hasOnlyNameCharacters(index) {
                Self.fail(
                    "IndexName", "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
                    &checks)
            }
        }

        func checkVector(_ checks: inout MemberChecks) {
            Self.checkLength(vector.count, in: Limits.vectorDimensions, at: "SearchVector", &checks)
        }

        func checkTopK(_ checks: inout MemberChecks) {
            if topK < 1 {
                Self.fail("TopK", "Member must have value greater than or equal to 1", &checks)
            }
        }

        private static func checkLength(
            _ length: Int, in range: ClosedRange<Int>, at member: String,
            _ checks: inout MemberChecks
        ) {
            if length < range.lowerBound {
                fail(
                    member, "Member must have length greater than or equal to \(range.lowerBound)",
                    &checks)
            } else if length > range.upperBound {
                fail(
                    member, "Member must have length less than or equal to \(range.upperBound)",
                    &checks)
            }
        }

        private static func fail(
            _ member: String, _ constraint: String, _ checks: inout MemberChecks
        ) {
            checks.fail(text: "Value at '\(member)' failed to satisfy constraint: \(constraint)")
        }
    }
}
