// Order: docs/operations/DeleteItem.md.

package import MartletEngine
internal import MartletExpressions

extension DeleteItem: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<DeleteItem> {
        let members = try WriteMembers(body, attributes: "Key", expressions: [.condition])
        var checked = try members.check(attributes: "key", afterReturnValues: true)
        var expressions = try members.expressions.makeBinder(
            [.condition], legacy: [.expected, .conditionalOperator])
        let key = try members.attributes!.checked(.enveloped)
        checked.options.condition = try expressions.condition()
        try expressions.requireAllUsed()
        try members.requireOldOrNone(checked.returnValues)
        return DecodedRequest(
            DeleteItem(
                table: checked.table, key: key, options: checked.options,
                returnsOldItem: checked.returnValues == .allOld))
    }

    package static func encode(
        _ output: WriteAnswer, for request: DecodedRequest<DeleteItem>,
        into writer: inout JSONWriter
    ) {
        writer.writeAnswer(output)
    }
}
