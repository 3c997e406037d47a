// Order: docs/operations/Query.md.

internal import MartletCatalog
package import MartletEngine
internal import MartletExpressions
internal import MartletModel

extension Query: WireOperation {
    private static let kinds: [ExpressionKind] = [.projection, .filter, .keyCondition]
    private static let legacy: [LegacyParameter] = [
        .attributesToGet, .queryFilter, .conditionalOperator, .keyConditions,
    ]

    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<Query> {
        var members = PageMembers()
        var isForward: Bool?
        try readBody(body) { reader, progress throws(WireError) in
            while let name = try reader.nextMember(&progress) {
                if try members.read(name, of: kinds, legacy: legacy, from: &reader) { continue }
                switch name {
                case "ScanIndexForward": isForward = try reader.readOptionalBool()
                default: try reader.skipValue()
                }
            }
        }
        var checks = MemberChecks()
        var (table, options) = members.check(&checks, filter: .queryFilter)
        options.checkLimit(&checks, isQuery: true)
        try checks.check()

        var expressions = try members.expressions.makeBinder(kinds, legacy: legacy)
        options.filter = try expressions.legacyFilter(.queryFilter)
        options.projection = try expressions.attributesToGet()
        options.exclusiveStartKey = try members.checkedStartKey()
        try members.checkSelect(options, envelope: "1 validation error detected: ")
        var keyCondition = try expressions.keyCondition()
        guard keyCondition != nil || expressions.hasKeyConditions else {
            throw .validation(
                "Either the KeyConditions or KeyConditionExpression parameter must be specified "
                    + "in the request.")
        }
        if let filter = try expressions.condition(.filter) { options.filter = filter }
        if let projection = try expressions.projection() { options.projection = projection }
        try expressions.requireAllUsed()
        if keyCondition == nil { keyCondition = try expressions.keyConditions() }
        return DecodedRequest(
            Query(
                table: table, index: members.index.map { Text($0) }, keyCondition: keyCondition!,
                isForward: isForward ?? true, reading: options))
    }

    package static func encode(
        _ output: Page, for request: DecodedRequest<Query>, into writer: inout JSONWriter
    ) {
        writer.page(output)
    }
}
