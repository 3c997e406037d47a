// Query and Scan: a page of items, and where the next one begins.

public import MartletModel
package import MartletWire

/// A part of a Query's or a Scan's items.
public struct ItemPage: Sendable, Equatable {
    public var items: [AttributeMap] = []
    /// Items that fit, counted also where they are not returned.
    public var count = 0
    /// Items that were read before the filter.
    public var scannedCount = 0
    /// `startKey` of the next page; nil behind the last.
    public var nextKey: AttributeMap?

    public init() {}
}

/// The items of a partition, in the order of their sort keys.
public struct QueryRequest: Sendable {
    public var table: String
    public var index: String?
    public var keyCondition: String
    public var filter: String?
    public var projection: String?
    public var names: [String: String]
    public var values: [String: AttributeValue]
    /// Items to read at most.
    public var limit: Int?
    public var isDescending = false
    public var isConsistent = false
    public var startKey: AttributeMap?

    public init(
        table: String, index: String? = nil, keyCondition: String, filter: String? = nil,
        projection: String? = nil, names: [String: String] = [:],
        values: [String: AttributeValue] = [:], limit: Int? = nil, startKey: AttributeMap? = nil
    ) {
        self.table = table
        self.index = index
        self.keyCondition = keyCondition
        self.filter = filter
        self.projection = projection
        self.names = names
        self.values = values
        self.limit = limit
        self.startKey = startKey
    }
}

/// The items of a table or of a segment of it, in no order that means anything.
public struct ScanRequest: Sendable {
    public var table: String
    public var index: String?
    public var filter: String?
    public var projection: String?
    public var names: [String: String]
    public var values: [String: AttributeValue]
    public var limit: Int?
    public var isConsistent = false
    /// One of `of` parts that can be read at the same time, from 0.
    public var segment: (number: Int, of: Int)?
    public var startKey: AttributeMap?

    public init(
        table: String, index: String? = nil, filter: String? = nil, projection: String? = nil,
        names: [String: String] = [:], values: [String: AttributeValue] = [:], limit: Int? = nil,
        segment: (number: Int, of: Int)? = nil, startKey: AttributeMap? = nil
    ) {
        self.table = table
        self.index = index
        self.filter = filter
        self.projection = projection
        self.names = names
        self.values = values
        self.limit = limit
        self.segment = segment
        self.startKey = startKey
    }
}

extension QueryRequest: ClientOperation {
    package static let name = "Query"

    package func write(to writer: inout JSONWriter) {
        writer.text("TableName", table)
        writer.text("IndexName", index)
        writer.text("KeyConditionExpression", keyCondition)
        writer.text("FilterExpression", filter)
        writer.text("ProjectionExpression", projection)
        writer.placeholders(names, values)
        writer.number("Limit", limit)
        if isDescending {
            writer.member("ScanIndexForward")
            writer.bool(false)
        }
        writer.flag("ConsistentRead", isConsistent)
        writer.item("ExclusiveStartKey", startKey)
    }

    package static func read(_ members: inout AnswerReader) throws(WireError) -> ItemPage {
        try members.page()
    }
}

extension ScanRequest: ClientOperation {
    package static let name = "Scan"

    package func write(to writer: inout JSONWriter) {
        writer.text("TableName", table)
        writer.text("IndexName", index)
        writer.text("FilterExpression", filter)
        writer.text("ProjectionExpression", projection)
        writer.placeholders(names, values)
        writer.number("Limit", limit)
        writer.number("Segment", segment?.number)
        writer.number("TotalSegments", segment?.of)
        writer.flag("ConsistentRead", isConsistent)
        writer.item("ExclusiveStartKey", startKey)
    }

    package static func read(_ members: inout AnswerReader) throws(WireError) -> ItemPage {
        try members.page()
    }
}

extension AnswerReader {
    fileprivate mutating func page() throws(WireError) -> ItemPage {
        var page = ItemPage()
        while let name = try next() {
            switch name {
            case "Items": page.items = try reader.readItems()
            case "Count": page.count = try reader.readOptionalInteger() ?? 0
            case "ScannedCount": page.scannedCount = try reader.readOptionalInteger() ?? 0
            case "LastEvaluatedKey": page.nextKey = try reader.readItem()
            default: try reader.skipValue()
            }
        }
        return page
    }
}

extension DynamoDBClient {
    /// One page.
    public func query(_ request: QueryRequest) async throws(ClientError) -> ItemPage {
        try await run(request)
    }

    /// One page.
    public func scan(_ request: ScanRequest) async throws(ClientError) -> ItemPage {
        try await run(request)
    }

    /// Calls `body` with each page from `startKey` to the end; ends early when it returns false.
    public func eachPage(
        of request: QueryRequest, _ body: (ItemPage) -> Bool
    ) async throws(ClientError) {
        var request = request
        while true {
            let page = try await query(request)
            guard body(page), let next = page.nextKey else { return }
            request.startKey = next
        }
    }

    /// Calls `body` with each page from `startKey` to the end; ends early when it returns false.
    public func eachPage(
        of request: ScanRequest, _ body: (ItemPage) -> Bool
    ) async throws(ClientError) {
        var request = request
        while true {
            let page = try await scan(request)
            guard body(page), let next = page.nextKey else { return }
            request.startKey = next
        }
    }
}
