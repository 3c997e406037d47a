// What the operations on a table's Kinesis destination share.

internal import MartletCatalog
internal import MartletModel

struct KinesisMembers {
    private static let streamARNLengths = 37...1_024

    private var table: String?
    private var streamARN: String?
    private var precision: String?
    /// `EnableKinesisStreamingConfiguration`, or `Update…`.
    private let configuration: StaticString

    init(configuration: StaticString) { self.configuration = configuration }

    mutating func read(_ name: JSONString, from reader: inout JSONReader) throws(WireError) {
        switch name {
        case "TableName": table = try reader.readOptionalString()
        case "StreamArn": streamARN = try reader.readOptionalString()
        case configuration:
            precision = nil
            guard var progress = try reader.beginStructure(configuration) else { return }
            while let name = try reader.nextMember(&progress) {
                switch name {
                case "ApproximateCreationDateTimePrecision":
                    precision = try reader.readOptionalString()
                default: try reader.skipValue()
                }
            }
        default: try reader.skipValue()
        }
    }

    /// - Parameter path: the configuration's, with a small first letter.
    func checked(
        _ path: String
    ) throws(WireError) -> (
        table: TableName, streamARN: String, precision: KinesisDestination.Precision?
    ) {
        let table = try checkedTableName(table)
        var checks = MemberChecks()
        checks.require(streamARN != nil, at: "streamArn")
        checks.length(of: streamARN, in: Self.streamARNLengths, at: "streamArn")
        let precision = checks.choice(
            precision, of: .kinesisPrecision, at: path + ".approximateCreationDateTimePrecision")
        try checks.check()
        return (table, streamARN!, precision)
    }
}

extension JSONWriter {
    /// The answer of an operation that changes the destination.
    mutating func destination(
        of table: TableName, streamARN: String, status: String,
        as configuration: StaticString? = nil, precision: KinesisDestination.Precision? = nil
    ) {
        beginObject()
        member("TableName")
        string(table.description)
        member("StreamArn")
        string(streamARN)
        member("DestinationStatus")
        string(status)
        if let configuration {
            member(configuration)
            beginObject()
            self.precision(precision)
            endObject()
        }
        endObject()
    }

    mutating func precision(_ precision: KinesisDestination.Precision?) {
        guard let precision else { return }
        member("ApproximateCreationDateTimePrecision")
        string(precision.rawValue)
    }
}

extension Choices where Value == KinesisDestination.Precision {
    static let kinesisPrecision = Choices([
        KinesisDestination.Precision.millisecond, .microsecond,
    ])
}
