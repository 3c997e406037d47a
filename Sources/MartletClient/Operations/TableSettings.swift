// Expiry and tags of a table.

internal import MartletModel
internal import MartletWire

struct DescribeTimeToLiveRequest: ClientOperation {
    static let name = "DescribeTimeToLive"
    var table: String

    func write(to writer: inout JSONWriter) { writer.text("TableName", table) }

    static func read(_ members: inout AnswerReader) throws(WireError) -> String? {
        var attribute: String?
        var isOn = false
        while let name = try members.next() {
            guard name.equals("TimeToLiveDescription") else {
                try members.reader.skipValue()
                continue
            }
            var object = try members.reader.beginObject()
            while let member = try members.reader.nextMember(&object) {
                switch member {
                case "AttributeName": attribute = try members.reader.readOptionalString()
                case "TimeToLiveStatus":
                    let status = try members.reader.readOptionalString()
                    isOn = status == "ENABLED" || status == "ENABLING"
                default: try members.reader.skipValue()
                }
            }
        }
        return isOn ? attribute : nil
    }
}

struct UpdateTimeToLiveRequest: ClientOperation {
    static let name = "UpdateTimeToLive"
    var table: String
    var attribute: String
    var isEnabled: Bool

    func write(to writer: inout JSONWriter) {
        writer.text("TableName", table)
        writer.member("TimeToLiveSpecification")
        writer.beginObject()
        writer.member("Enabled")
        writer.bool(isEnabled)
        writer.text("AttributeName", attribute)
        writer.endObject()
    }

    static func read(_ members: inout AnswerReader) throws(WireError) {
        while try members.next() != nil { try members.reader.skipValue() }
    }
}

struct TagResourceRequest: ClientOperation {
    static let name = "TagResource"
    var arn: String
    var tags: [String: String]

    func write(to writer: inout JSONWriter) {
        writer.text("ResourceArn", arn)
        writer.tags(tags)
    }

    static func read(_ members: inout AnswerReader) throws(WireError) {
        while try members.next() != nil { try members.reader.skipValue() }
    }
}

struct ListTagsRequest: ClientOperation {
    static let name = "ListTagsOfResource"
    var arn: String
    var token: String?

    func write(to writer: inout JSONWriter) {
        writer.text("ResourceArn", arn)
        writer.text("NextToken", token)
    }

    static func read(
        _ members: inout AnswerReader
    ) throws(WireError) -> (tags: [String: String], token: String?) {
        var tags: [String: String] = [:]
        var token: String?
        while let name = try members.next() {
            switch name {
            case "Tags":
                var list = try members.reader.beginArray()
                while try members.reader.nextElement(&list) {
                    var (key, value) = ("", "")
                    var object = try members.reader.beginObject()
                    while let member = try members.reader.nextMember(&object) {
                        switch member {
                        case "Key": key = try members.reader.readOptionalString() ?? ""
                        case "Value": value = try members.reader.readOptionalString() ?? ""
                        default: try members.reader.skipValue()
                        }
                    }
                    tags[key] = value
                }
            case "NextToken": token = try members.reader.readOptionalString()
            default: try members.reader.skipValue()
            }
        }
        return (tags, token)
    }
}

extension DynamoDBClient {
    /// The attribute that holds when items expire; nil when they do not.
    public func describeTimeToLive(_ table: String) async throws(ClientError) -> String? {
        try await run(DescribeTimeToLiveRequest(table: table))
    }

    public func updateTimeToLive(
        _ table: String, attribute: String, isEnabled: Bool
    ) async throws(ClientError) {
        try await run(
            UpdateTimeToLiveRequest(table: table, attribute: attribute, isEnabled: isEnabled))
    }

    /// - Parameter arn: of the table (`TableDescription.arn`).
    public func tagResource(
        _ arn: String, tags: [String: String]
    ) async throws(ClientError) {
        try await run(TagResourceRequest(arn: arn, tags: tags))
    }

    /// - Parameter arn: of the table (`TableDescription.arn`).
    public func listTagsOfResource(_ arn: String) async throws(ClientError) -> [String: String] {
        try await onThread { isCancelled throws(ClientError) in
            try self.performListTags(arn, isOver: isCancelled)
        }
    }

    package func performListTags(
        _ arn: String, isOver: () -> Bool = { false }
    ) throws(ClientError) -> [String: String] {
        var tags: [String: String] = [:]
        var token: String?
        repeat {
            let page = try perform(ListTagsRequest(arn: arn, token: token), isOver: isOver)
            tags.merge(page.tags) { $1 }
            token = page.token
        } while token != nil
        return tags
    }

    package func performDescribeTimeToLive(_ table: String) throws(ClientError) -> String? {
        try perform(DescribeTimeToLiveRequest(table: table))
    }

    package func performEnableTimeToLive(
        _ table: String, attribute: String
    ) throws(ClientError) {
        try perform(
            UpdateTimeToLiveRequest(table: table, attribute: attribute, isEnabled: true))
    }
}
