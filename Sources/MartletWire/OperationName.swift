internal import Glibc

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
    case searchVectors = "SearchVectors"
    case tagResource = "TagResource"
    case transactGetItems = "TransactGetItems"
    case transactWriteItems = "TransactWriteItems"
    case untagResource = "UntagResource"
    case updateItem = "UpdateItem"
    case updateTable = "UpdateTable"
    case updateTimeToLive = "UpdateTimeToLive"

    /// - Parameter target: the bytes of the header's value, such as `DynamoDB_20120810.PutItem`.
    /// - Complexity: compares bytes in place; this runs for every request.
    package init?(target: UnsafeBufferPointer<UInt8>) {
        let prefix: StaticString = "DynamoDB_20120810."
        let start = prefix.utf8CodeUnitCount
        guard target.count > start, memcmp(target.baseAddress!, prefix.utf8Start, start) == 0
        else { return nil }
        let name = UnsafeBufferPointer(rebasing: target[start...])
        for (operation, bytes) in Self.names
        where bytes.count == name.count && memcmp(bytes, name.baseAddress!, name.count) == 0 {
            self = operation
            return
        }
        return nil
    }

    private static let names = allCases.map { ($0, Array($0.rawValue.utf8)) }

    /// The operation's place among all: for tables of counts.
    package var ordinal: Int { Self.allCases.firstIndex(of: self)! }
}
