internal import MartletCatalog
internal import MartletModel

extension ReadTarget {
    /// Checks that an ExclusiveStartKey has exactly the attributes of a position, with their types.
    func checkStart(_ position: Item) throws(OperationError) {
        let expected = positionAttributes
        guard position.count == expected.count else {
            throw .validation("The provided starting key is invalid")
        }
        for attribute in expected {
            guard let value = position[attribute.name] else {
                throw .validation("The provided starting key is invalid")
            }
            guard attribute.type.matches(value) else {
                throw .validation(
                    "The provided starting key is invalid: The provided key element does not match "
                        + "the schema")
            }
        }
    }
}
