public import MartletCatalog
public import MartletModel

/// ListStreams: streams by table, then by age, a page at a time; with those that were switched off,
/// or whose table was deleted, in the last day.
public struct ListStreams: Sendable {
    public var table: TableName?
    public var exclusiveStartARN: String?
    public var limit: Int

    public init(
        table: TableName? = nil, exclusiveStartARN: String? = nil,
        limit: Int = Limits.listStreamsPage
    ) {
        self.table = table
        self.exclusiveStartARN = exclusiveStartARN
        self.limit = limit
    }

    public struct Stream: Sendable, Equatable {
        public var arn: String
        public var table: TableName
        public var label: String
    }

    public struct Output: Sendable {
        public var streams: [Stream]
        public var lastEvaluatedARN: String?
    }
}

extension ListStreams: ReadOperation {
    package func run(in context: ReadContext) throws(OperationError) -> Output {
        try StreamLimit.check(limit, through: Limits.listStreamsPage)
        var start: (table: TableName, label: String)?
        if let text = exclusiveStartARN {
            guard let (arn, label) = StreamReader.parts(ofARN: text) else {
                throw .validation("Invalid StreamArn")
            }
            start = (arn.table, label)
        }
        let names = try StreamReader(context).names(of: table, after: start, limit: limit + 1)
        if names.isEmpty, start == nil, let table, context.directory.tables[table] == nil {
            throw .tableNotFound(table)
        }
        let streams = names.prefix(limit).map { name in
            Stream(
                arn: ResourceARN(
                    owner: context.options.owner, table: name.table, part: .stream(name.label)
                ).description, table: name.table, label: name.label)
        }
        return Output(
            streams: streams,
            lastEvaluatedARN: names.count > limit ? streams.last?.arn : nil)
    }
}

/// How much a request for streams may ask for at once. Its own texts, which the service gives after
/// the members' constraints.
enum StreamLimit {
    static func check(_ limit: Int, through maximum: Int) throws(OperationError) {
        var checks = MemberChecks()
        checks.range(of: limit, from: 1, at: "limit")
        try checks.check()
        guard limit <= maximum else {
            throw .validation(
                "One or more parameter values were invalid: "
                    + "Limit should be less than or equal to \(maximum)")
        }
    }
}
