// A line of an import or of a bulk put: `{"Item": {…}}`, and in a bulk put a condition on the item
// that is there, with its placeholders, under the names that PutItem has for them.

package import MartletExpressions
package import MartletModel

package struct ItemLine {
    package var item: Item
    package var condition: ConditionExpression?

    /// Reads a line. Like PutItem, it must have an item and no placeholder that nobody uses.
    package init(_ line: [UInt8], takesCondition: Bool) throws(WireError) {
        // The array's own closure method is not typed for errors.
        let result = line.withUnsafeBufferPointer { bytes -> Result<ItemLine, WireError> in
            do throws(WireError) {
                return .success(try Self.read(bytes, takesCondition: takesCondition))
            } catch {
                return .failure(error)
            }
        }
        self = try result.get()
    }

    private init(item: Item, condition: ConditionExpression?) {
        self.item = item
        self.condition = condition
    }

    private static func read(
        _ bytes: UnsafeBufferPointer<UInt8>, takesCondition: Bool
    ) throws(WireError) -> ItemLine {
        var expressions = ExpressionMembers(.plain)
        let attributes = try readBody(bytes) { reader, progress throws(WireError) in
            var attributes: DecodedAttributes?
            while let name = try reader.nextMember(&progress) {
                if takesCondition, try expressions.read(name, of: [.condition], from: &reader) {
                    continue
                }
                switch name {
                case "Item": attributes = try reader.readOptionalAttributes()
                default: throw .validation("The record has a member that is not known")
                }
            }
            return attributes
        }
        guard let attributes else { throw .validation("The record has no Item") }
        let item = try attributes.checked(.plain)
        var bound = try expressions.makeBinder([.condition])
        let condition = try bound.condition()
        try bound.requireAllUsed()
        return ItemLine(item: item, condition: condition)
    }
}

/// Base64 as the service writes and reads binary values.
package enum Base64Text {
    package static func encoded(_ bytes: [UInt8]) -> String { Base64.encoded(bytes) }

    /// The bytes; nil for a text that is not base64.
    package static func decoded(_ text: String) -> [UInt8]? {
        var text = text
        return text.withUTF8 { try? Base64.decode($0) }
    }
}
