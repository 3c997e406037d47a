public import MartletModel
package import MartletWire

/// The items of a vector index that are nearest to a vector.
public struct SearchVectorsRequest: Sendable {
    public var table: String
    public var index: String
    public var vector: [Float]
    /// At most 100.
    public var count: Int
    /// Equalities on attributes of the index's search schema.
    public var condition: String?
    public var projection: String?
    public var names: [String: String]
    public var values: [String: AttributeValue]

    public init(
        table: String, index: String, vector: [Float], count: Int, condition: String? = nil,
        projection: String? = nil, names: [String: String] = [:],
        values: [String: AttributeValue] = [:]
    ) {
        self.table = table
        self.index = index
        self.vector = vector
        self.count = count
        self.condition = condition
        self.projection = projection
        self.names = names
        self.values = values
    }
}

/// One that was found.
public struct VectorMatch: Sendable, Equatable {
    public var item: AttributeMap
    /// Larger is nearer for cosine and dot product; a distance for Euclidean.
    public var score: Double
}

extension SearchVectorsRequest: ClientOperation {
    package static let name = "SearchVectors"

    package func write(to writer: inout JSONWriter) {
        writer.text("TableName", table)
        writer.text("IndexName", index)
        writer.member("SearchVector")
        writer.beginArray()
        for element in vector {
            writer.beginObject()
            writer.text("N", element.description)
            writer.endObject()
        }
        writer.endArray()
        writer.number("TopK", count)
        writer.text("SearchConditionExpression", condition)
        writer.text("ProjectionExpression", projection)
        writer.placeholders(names, values)
    }

    package static func read(_ members: inout AnswerReader) throws(WireError) -> [VectorMatch] {
        var matches: [VectorMatch] = []
        while let name = try members.next() {
            guard name.equals("SearchResults") else {
                try members.reader.skipValue()
                continue
            }
            var list = try members.reader.beginArray()
            while try members.reader.nextElement(&list) {
                var match = VectorMatch(item: [:], score: 0)
                var object = try members.reader.beginObject()
                while let member = try members.reader.nextMember(&object) {
                    switch member {
                    case "Item": match.item = try members.reader.readItem() ?? [:]
                    case "Score":
                        let number = try members.reader.readNumber()
                        match.score = Double(String(decoding: number.bytes, as: UTF8.self)) ?? 0
                    default: try members.reader.skipValue()
                    }
                }
                matches.append(match)
            }
        }
        return matches
    }
}

extension DynamoDBClient {
    /// The nearest first. A vector with a number that is not finite is refused.
    public func searchVectors(
        _ request: SearchVectorsRequest
    ) async throws(ClientError) -> [VectorMatch] {
        guard request.vector.allSatisfy(\.isFinite) else {
            throw .unusableRequest("a vector to search for has a number that is not finite")
        }
        return try await run(request)
    }
}
