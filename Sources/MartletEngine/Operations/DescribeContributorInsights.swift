public import MartletCatalog
public import MartletModel

/// DescribeContributorInsights: the setting of a table or a global index.
public struct DescribeContributorInsights: Sendable {
    public var table: TableName
    public var index: Text?

    public init(table: TableName, index: Text? = nil) {
        self.table = table
        self.index = index
    }

    public struct Output: Sendable {
        public var table: TableName
        public var setting: ContributorInsights?
        /// What the service would call the rules.
        public var rules: [String]
    }
}

extension DescribeContributorInsights: ReadOperation {
    package func run(in context: ReadContext) throws(OperationError) -> Output {
        let definition = try context.directory.insightsTable(table, index)
        let setting = definition.attached.insights(of: index)
        return Output(
            table: definition.name, setting: setting,
            rules: setting.map { $0.rules(in: definition) } ?? [])
    }
}

extension ContributorInsights {
    /// Names of rules: of keys accessed (C) and throttled (T), by partition (P) and, where there is
    /// a sort key, by item (S).
    fileprivate func rules(in table: TableDefinition) -> [String] {
        guard isEnabled else { return [] }
        let key = index.flatMap { table.index(named: $0)?.key } ?? table.key
        let kinds = (mode == .throttled ? ["T"] : ["C", "T"])
        let parts = key.range.isEmpty ? ["P"] : ["P", "S"]
        let resource = table.name.description + (index.map { "-\($0)" } ?? "")
        return parts.flatMap { part in
            kinds.map { kind in
                "DynamoDBContributorInsights-\(part)K\(kind)-\(resource)-"
                    + "\(enabled.millisecondsSince1970)"
            }
        }
    }
}
