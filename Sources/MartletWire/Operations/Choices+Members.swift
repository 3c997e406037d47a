// The enumerations of requests, each in the order in which the service lists it.

internal import MartletCatalog
internal import MartletEngine

extension Choices where Value == CapacityReport {
    static let returnConsumedCapacity = Choices([
        "INDEXES": .indexes, "TOTAL": .total, "NONE": .none,
    ])
}

extension Choices where Value == Bool {
    /// Whether metrics are asked for.
    static let returnItemCollectionMetrics = Choices(["SIZE": true, "NONE": false])

    /// Whether the item is.
    static let returnValuesOnConditionCheckFailure = Choices(["ALL_OLD": true, "NONE": false])
}

extension Choices where Value == UpdateItem.ReturnValues {
    static let returnValues = Choices([
        "ALL_NEW": .allNew, "UPDATED_OLD": .updatedOld, "ALL_OLD": .allOld, "NONE": .none,
        "UPDATED_NEW": .updatedNew,
    ])
}

extension Choices where Value == PageOptions.Select {
    static let select = Choices([
        "SPECIFIC_ATTRIBUTES": .specificAttributes, "COUNT": .count,
        "ALL_ATTRIBUTES": .allAttributes,
        "ALL_PROJECTED_ATTRIBUTES": .allProjectedAttributes,
    ])
}

extension Choices where Value == BillingMode {
    static let billingMode = Choices([BillingMode.provisioned, .payPerRequest])
}

extension Choices where Value == KeyType {
    static let attributeType = Choices([KeyType.binary, .number, .string])
}

extension Choices where Value == KeySchemaElement.Role {
    static let keyType = Choices([KeySchemaElement.Role.hash, .range])
}

extension Choices where Value == ProjectionRequest.Kind {
    static let projectionType = Choices([ProjectionRequest.Kind.all, .include, .keysOnly])
}

extension Choices where Value == StreamSettings.ViewType {
    static let streamViewType = Choices([
        StreamSettings.ViewType.newImage, .oldImage, .newAndOldImages, .keysOnly,
    ])
}

extension Choices where Value == TableClass {
    static let tableClass = Choices([TableClass.standard, .infrequentAccess])
}

extension Choices where Value == String {
    static let encryptionType = Choices(["AES256": "AES256", "KMS": "KMS"])
}
