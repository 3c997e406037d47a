// Order: docs/operations/PutItem.md.

package import MartletEngine
internal import MartletModel
internal import MartletExpressions

extension PutItem: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<PutItem> {
        let members = try WriteMembers(body, attributes: "Item", expressions: [.condition])
        var checked = try members.check(attributes: "item", afterReturnValues: false)
        let item = try members.attributes!.checked(.enveloped)
        var expressions = try members.expressions.makeBinder(
            [.condition], legacy: [.expected, .conditionalOperator])
        checked.options.condition = try expressions.condition()
        try expressions.requireAllUsed()
        try members.requireOldOrNone(checked.returnValues)
        if item.sizeBytes > Limits.itemBytes {
            throw ValidationGeneration.enveloped.error(
                "Item size has exceeded the maximum allowed size")
        }
        return DecodedRequest(
            PutItem(
                table: checked.table, item: item, options: checked.options,
                returnsOldItem: checked.returnValues == .allOld))
    }

    package static func encode(
        _ output: WriteAnswer, for request: DecodedRequest<PutItem>,
        into writer: inout JSONWriter
    ) {
        writer.writeAnswer(output)
    }
}
