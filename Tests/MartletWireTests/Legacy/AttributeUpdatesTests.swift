import MartletEngine
import MartletExpressions
import MartletModel
import Testing

@testable import MartletWire

@Suite struct AttributeUpdatesTests {
    private func update(_ members: String) -> String { #"{"TableName":"t","Key":{},\#(members)}"# }

    @Test("errors come in their documented order")
    func order() {
        let invalid = Texts.envelope + Texts.invalid
        expectRefusals(
            of: UpdateItem.self,
            [
                (
                    update(#""AttributeUpdates":{"a":{"Action":"X"}},"UpdateExpression":"""#),
                    Texts.joined(
                        Texts.choice(
                            "X", "attributeUpdates.a.member.action", "ADD, DELETE, PUT"))
                ),
                (
                    update(#""AttributeUpdates":{},"UpdateExpression":"""#),
                    Texts.envelope + Texts.mixed("AttributeUpdates", "UpdateExpression")
                ),
                (
                    update(
                        #""AttributeUpdates":{"b":{"Value":{"N":"x"}},"a":{}},"Expected":{"a":{}}"#),
                    Texts.envelope + Texts.notNumeric
                ),
                (
                    update(#""AttributeUpdates":{"b":{"Action":"ADD","Value":{"N":"1"}},"a":{}}"#),
                    invalid + "Only DELETE action is allowed when no attribute value is specified"
                ),
                (
                    update(#""AttributeUpdates":{"a":{"Action":"ADD","Value":{"S":"x"}}}"#),
                    invalid + "ADD action is not supported for the type S"
                ),
                (
                    update(#""AttributeUpdates":{"a":{"Action":"DELETE","Value":{"L":[]}}}"#),
                    invalid + "DELETE action with value is not supported for the type L"
                ),
                (
                    update(#""AttributeUpdates":{"":{"Value":{"S":"x"}}}"#),
                    invalid + "Attribute name must not be empty"
                ),
                (
                    update(#""AttributeUpdates":{"a":{"Action":"DELETE"}},"Expected":{"a":{}}"#),
                    invalid + "Value must be provided when Exists is null for Attribute: a"
                ),
            ])
    }

    @Test("AttributeUpdates becomes the operation's update; PUT is what it does unasked")
    func decodes() throws {
        let request = try decode(
            UpdateItem.self,
            update(
                #""AttributeUpdates":{"a":{"Value":{"N":"1"}},"b":{"Action":"DELETE"},"c":null,"#
                    + #""d":{"Action":"ADD","Value":{"L":[{"S":"x"}]}}},"#
                    + #""Expected":{"b":{"Value":{"S":"y"}}},"ReturnValues":"UPDATED_OLD""#)
        ).operation
        let item: Item = ["b": .string("y"), "d": .list([])]
        #expect(
            try request.update?.apply(to: item)
                == ["a": .number(DecimalNumber(1)), "d": .list([.string("x")])])
        #expect(
            request.update?.touchedPaths
                == [AttributePath("a"), AttributePath("b"), AttributePath("d")])
        #expect(request.options.condition?.holds(for: item) == true)
        #expect(request.returnValues == .updatedOld)

        let nothing = try decode(UpdateItem.self, update(#""AttributeUpdates":{}"#)).operation
        #expect(nothing.update == nil)
    }
}
