internal import MartletCatalog
internal import MartletModel

extension ReadTarget {
    /// Checks that an ExclusiveStartKey has exactly the attributes of a position, each with a value
    /// that a key can have.
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
            do throws(ValidationError) {
                try attribute.requireValue(value)
                try value.requireSize(asHash: isHash(attribute.name))
            } catch {
                throw .validation("The provided starting key is invalid: " + error.message)
            }
        }
    }

    private func isHash(_ name: Text) -> Bool {
        (key.hash + table.key.hash).contains { $0.name == name }
    }
}
