/// The operations that a request can name in its `X-Amz-Target` header.
package enum OperationName: String, CaseIterable, Sendable {
    case batchGetItem = "BatchGetItem"
    case batchWriteItem = "BatchWriteItem"
    case createTable = "CreateTable"
    case deleteItem = "DeleteItem"
    case deleteTable = "DeleteTable"
    case describeContinuousBackups = "DescribeContinuousBackups"
    case describeEndpoints = "DescribeEndpoints"
    case describeLimits = "DescribeLimits"
    case describeTable = "DescribeTable"
    case describeTimeToLive = "DescribeTimeToLive"
    case getItem = "GetItem"
    case listTables = "ListTables"
    case listTagsOfResource = "ListTagsOfResource"
    case putItem = "PutItem"
    case query = "Query"
    case scan = "Scan"
    case tagResource = "TagResource"
    case transactGetItems = "TransactGetItems"
    case transactWriteItems = "TransactWriteItems"
    case untagResource = "UntagResource"
    case updateItem = "UpdateItem"
    case updateTable = "UpdateTable"
    case updateTimeToLive = "UpdateTimeToLive"

    /// - Parameter target: the bytes of the header's value, such as `DynamoDB_20120810.PutItem`.
    package init?(target: some Collection<UInt8>) {
        let prefix = "DynamoDB_20120810.".utf8
        guard target.starts(with: prefix) else { return nil }
        self.init(rawValue: String(decoding: target.dropFirst(prefix.count), as: UTF8.self))
    }
}
