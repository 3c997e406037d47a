// Every limit of the service, named once. Source: "Quotas in Amazon DynamoDB" and the API
// reference, November 2026. Sizes are bytes as `ItemSize.swift` counts them.

public enum Limits {
    // Items
    public static let itemBytes = 409_600
    public static let nestingLevels = 32
    public static let hashKeyBytes = 2_048
    public static let sortKeyBytes = 1_024
    public static let attributeNameBytes = 65_535
    public static let keyAttributeNameBytes = 255

    // Expressions
    public static let expressionBytes = 4_096
    public static let expressionOperators = 300
    public static let inOperands = 100
    public static let documentPathLevels = 32

    // Tables and indexes
    public static let tableNameCharacters = 3...255
    public static let localIndexes = 5
    public static let globalIndexes = 20
    public static let globalIndexKeyAttributes = 4
    public static let projectedAttributesPerIndex = 20
    public static let projectedAttributesPerTable = 100
    public static let tagsPerResource = 50
    public static let tables = 2_500
    /// At once.
    public static let restores = 50
    public static let imports = 50
    public static let exports = 300

    // Vector indexes
    public static let vectorIndexes = 5
    public static let vectorDimensions = 1...4_096
    public static let searchSchemaHashes = 1
    public static let searchSchemaFilters = 18
    public static let inlineFilterBytes = 10_240
    public static let searchResults = 100
    public static let searchBytes = 16 << 20

    // Requests
    public static let pageBytes = 1 << 20
    public static let batchGetKeys = 100
    public static let batchGetBytes = 16 << 20
    public static let batchWriteRequests = 25
    public static let batchStatements = 25
    public static let transactionActions = 100
    public static let transactionBytes = 4 << 20
    public static let scanSegments = 1_000_000
    public static let listTablesPage = 100
    public static let listStreamsPage = 100
    public static let describeStreamPage = 100
    public static let streamRecords = 1_000
}
