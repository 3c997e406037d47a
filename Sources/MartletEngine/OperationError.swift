internal import MartletCatalog
public import MartletKeyValue
public import MartletModel

/// A failure the caller can act on. Bugs trap; they never become one of these.
public enum OperationError: Error, Sendable {
    /// Protocol text: it matches DynamoDB's, byte for byte.
    case validation(String)
    /// The text differs by operation, so it comes along.
    case resourceNotFound(String)
    /// What the backup operations call a missing table.
    case tableMissing(String)
    /// No policy, or not the one that was expected.
    case policyNotFound(String)
    case globalTableNotFound(String)
    case resourceInUse(String)
    case limitExceeded(String)
    case backup(BackupFault, String)
    case accessDenied(String)
    case transfer(TransferFault, String)
    /// Carries the old item only when the request asked for it.
    case conditionFailed(ReturnedItem?)
    /// An INSERT of PartiQL met an item under its key.
    case duplicateItem
    /// One reason per action, in request order.
    case transactionCancelled([CancellationReason])
    case idempotentParameterMismatch
    case throttled(ThrottleFault)
    /// A single write met a transaction.
    case transactionConflict
    case iteratorExpired
    /// Stream records that are older than a day and gone.
    case dataTrimmed
    /// For the log. Clients see "Internal server error", never a path, key or value.
    case storage(StorageError)

    public init(_ error: ValidationError) { self = .validation(error.message) }
}

extension OperationError {
    package static let conditionFailedMessage = "The conditional request failed"
    package static let duplicateItemMessage = "Duplicate primary key exists in table"

    /// Requests for items do not learn which table is missing.
    static let tableNotFound = resourceNotFound("Requested resource not found")

    static let shardNotFound = resourceNotFound(
        "Requested resource not found: Shard does not exist")

    static let itemTooLarge = validation("Item size has exceeded the maximum allowed size")

    static func tableNotFound(_ name: TableName) -> OperationError {
        resourceNotFound("Requested resource not found: Table: \(name) not found")
    }
}

/// What can be in the way of a backup, a restore or point-in-time recovery, by the service's names.
public enum BackupFault: String, Sendable {
    case backupNotFound = "BackupNotFoundException"
    case backupInUse = "BackupInUseException"
    case tableInUse = "TableInUseException"
    case tableExists = "TableAlreadyExistsException"
    case continuousBackupsUnavailable = "ContinuousBackupsUnavailableException"
    case recoveryUnavailable = "PointInTimeRecoveryUnavailableException"
    case invalidRestoreTime = "InvalidRestoreTimeException"
}

/// Why one action of a cancelled transaction failed, or that it did not.
public struct CancellationReason: Sendable {
    public enum Code: String, Sendable {
        case none = "None"
        case conditionalCheckFailed = "ConditionalCheckFailed"
        case duplicateItem = "DuplicateItem"
        case validationError = "ValidationError"
        case itemCollectionSizeLimitExceeded = "ItemCollectionSizeLimitExceeded"
        case provisionedThroughputExceeded = "ProvisionedThroughputExceeded"
        case throttlingError = "ThrottlingError"
        case transactionConflict = "TransactionConflict"
    }

    public var code: Code
    public var message: String?
    /// Only with a failed condition, and only when the action asked for it.
    public var item: ReturnedItem?

    public init(code: Code, message: String? = nil, item: ReturnedItem? = nil) {
        self.code = code
        self.message = message
        self.item = item
    }
}

extension OperationError {
    init(_ error: CatalogError) {
        self =
            switch error {
            case .validation(let text): .validation(text)
            case .resourceNotFound(let text): .resourceNotFound(text)
            case .resourceInUse(let text): .resourceInUse(text)
            case .limitExceeded(let text): .limitExceeded(text)
            }
    }
}
