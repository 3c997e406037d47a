// What a search says to the index that it names. Order: docs/operations/SearchVectors.md.

internal import MartletCatalog
internal import MartletExpressions
internal import MartletModel

extension TableDefinition {
    /// An index that answers searches.
    func searchableIndex(named name: Text) throws(OperationError) -> VectorIndexDefinition {
        guard let index = vectorIndex(named: name) else {
            throw .validation("The table does not have the specified index: \(name)")
        }
        guard index.status == .active, !index.isBackfilling else {
            throw .validation("Cannot search backfilling vector index: \(name)")
        }
        return index
    }
}

extension VectorIndexDefinition {
    /// What a search condition asks of the attributes of `schema`, in their order; nil where any
    /// value will do. Empty when nothing is asked.
    func searchedValues(of condition: SearchCondition?) throws(OperationError) -> [AttributeValue?]
    {
        guard let condition else {
            if hash != nil {
                throw .validation(
                    "SearchConditionExpression must be provided when SearchSchema has a HASH key")
            }
            return []
        }
        let schema = schema
        var values = [AttributeValue?](repeating: nil, count: schema.count)
        for (attribute, value) in condition.equalities {
            guard let place = schema.firstIndex(where: { $0.name == attribute }) else {
                throw .validation(
                    "SearchConditionExpression must not contain any attributes that is not in "
                        + "SearchSchema. Invalid attribute: \(attribute)")
            }
            values[place] = value
        }
        if hash != nil, values[0] == nil {
            throw .validation(
                "SearchConditionExpression must have all HASH attributes in configured "
                    + "SearchSchema")
        }
        for (attribute, value) in condition.equalities {
            guard let declared = schema.first(where: { $0.name == attribute })?.type,
                !declared.matches(value)
            else { continue }
            throw .validation(
                "Type of '\(attribute)' attribute in SearchConditionExpression "
                    + "(\(value.type.rawValue)) does not match type in search schema "
                    + "(\(declared.rawValue))")
        }
        if let hash {
            do throws(ValidationError) {
                try hash.requireValue(values[0]!)
            } catch {
                throw OperationError(error)
            }
        }
        return values
    }
}
