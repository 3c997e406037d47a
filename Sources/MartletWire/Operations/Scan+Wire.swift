// Order: docs/operations/Scan.md.

internal import MartletCatalog
package import MartletEngine
internal import MartletExpressions
internal import MartletModel

extension Scan: WireOperation {
    private static let kinds: [ExpressionKind] = [.projection, .filter]
    private static let legacy: [LegacyParameter] = [
        .attributesToGet, .scanFilter, .conditionalOperator,
    ]

    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<Scan> {
        var members = PageMembers()
        var number: Int?
        var total: Int?
        try readBody(body) { reader, progress throws(WireError) in
            while let name = try reader.nextMember(&progress) {
                if try members.read(name, of: kinds, legacy: legacy, from: &reader) { continue }
                switch name {
                case "Segment": number = try reader.readOptionalInteger()
                case "TotalSegments": total = try reader.readOptionalInteger()
                default: try reader.skipValue()
                }
            }
        }
        var checks = MemberChecks()
        var (table, options) = members.check(&checks, filter: .scanFilter)
        options.checkLimit(&checks, isQuery: false)
        Segment.check(number, of: total, &checks)
        try checks.check()

        var expressions = try members.expressions.makeBinder(kinds, legacy: legacy)
        options.projection = try expressions.attributesToGet()
        options.filter = try expressions.legacyFilter(.scanFilter)
        options.exclusiveStartKey = try members.checkedStartKey()
        let segment = try Segment(number: number, of: total)
        try members.checkSelect(options, envelope: "")
        if let filter = try expressions.condition(.filter) { options.filter = filter }
        if let projection = try expressions.projection() { options.projection = projection }
        try expressions.requireAllUsed()
        return DecodedRequest(
            Scan(
                table: table, index: members.index.map { Text($0) }, segment: segment,
                reading: options))
    }

    package static func encode(
        _ output: Page, for request: DecodedRequest<Scan>, into writer: inout JSONWriter
    ) {
        writer.page(output)
    }
}

extension Scan.Segment {
    /// A segment of a parallel scan; nil when the request asks for none.
    fileprivate init?(number: Int?, of total: Int?) throws(WireError) {
        switch (number, total) {
        case (nil, nil): return nil
        case (_?, nil):
            throw .validation(
                "The TotalSegments parameter is required but was not present in the request when "
                    + "Segment parameter is present")
        case (nil, _?):
            throw .validation(
                "The Segment parameter is required but was not present in the request when "
                    + "parameter TotalSegments is present")
        case (let number?, let total?):
            self.init(number: number, total: total)
            do throws(ValidationError) {
                try requireNumberBelowTotal()
            } catch {
                throw .validation(error.message)
            }
        }
    }
}
