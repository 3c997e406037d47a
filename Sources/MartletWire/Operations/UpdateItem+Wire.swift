// Order: docs/operations/UpdateItem.md.

package import MartletEngine
internal import MartletExpressions

extension UpdateItem: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<UpdateItem> {
        let members = try WriteMembers(
            body, attributes: "Key", expressions: [.update, .condition])
        var checked = try members.checkUpdate()
        var expressions = try members.expressions.makeBinder(
            [.update, .condition],
            legacy: [.attributeUpdates, .expected, .conditionalOperator])
        let key = try members.attributes!.checked(.enveloped)
        let update = try expressions.update()
        checked.options.condition = try expressions.condition()
        try expressions.requireAllUsed()
        return DecodedRequest(
            UpdateItem(
                table: checked.table, key: key, update: update, options: checked.options,
                returnValues: checked.returnValues))
    }

    package static func encode(
        _ output: WriteAnswer, for request: DecodedRequest<UpdateItem>,
        into writer: inout JSONWriter
    ) {
        writer.writeAnswer(output)
    }
}
