public import MartletCatalog
public import MartletModel

/// UpdateContributorInsights: switches the setting of a table or a global index. Nothing is charted
/// here.
public struct UpdateContributorInsights: Sendable {
    public var table: TableName
    public var index: Text?
    public var isEnabled: Bool
    public var mode: ContributorInsights.Mode?

    public init(
        table: TableName, index: Text? = nil, isEnabled: Bool,
        mode: ContributorInsights.Mode? = nil
    ) {
        self.table = table
        self.index = index
        self.isEnabled = isEnabled
        self.mode = mode
    }

    public struct Output: Sendable {
        public enum Status: String, Sendable {
            case enabling = "ENABLING"
            case enabled = "ENABLED"
            case disabling = "DISABLING"
            case disabled = "DISABLED"
        }

        public var table: TableName
        public var status: Status
        /// nil when it was never switched on.
        public var mode: ContributorInsights.Mode?
    }
}

extension UpdateContributorInsights: WriteOperation {
    package func prepare(in context: ReadContext) throws(OperationError) {}

    package func run(
        _ prepared: Void, in transaction: WriteTransaction
    ) throws(OperationError) -> Output {
        var definition = try transaction.directory.insightsTable(table, index)
        if let index, isEnabled, definition.index(named: index)?.status == .creating {
            throw .validation(
                "Table or Index is not in a valid state to update Key Access Insights: "
                    + "IndexStatus must be ACTIVE to enable ContributorInsights.")
        }
        let old = definition.attached.insights(of: index)
        guard isEnabled else {
            guard var setting = old, setting.isEnabled else {
                return Output(table: definition.name, status: .disabled, mode: old?.mode)
            }
            setting.isEnabled = false
            setting.updated = transaction.now
            definition.attached.replace(setting)
            transaction.save(definition)
            return Output(table: definition.name, status: .disabling, mode: setting.mode)
        }
        // Without a mode it is the widest, whatever it was before.
        let mode = mode ?? .accessedAndThrottled
        if let old, old.isEnabled, old.mode == mode {
            return Output(table: definition.name, status: .enabled, mode: mode)
        }
        let wasEnabled = old?.isEnabled ?? false
        definition.attached.replace(
            ContributorInsights(
                index: index, isEnabled: true, mode: mode,
                enabled: wasEnabled ? old!.enabled : transaction.now, updated: transaction.now))
        transaction.save(definition)
        return Output(table: definition.name, status: .enabling, mode: mode)
    }
}

extension TableDirectory {
    /// The table whose insights are spoken of; an index must be a global one.
    func insightsTable(
        _ name: TableName, _ index: Text?
    ) throws(OperationError) -> TableDefinition {
        let definition = try namedTable(name).definition
        if let index, definition.index(named: index)?.kind != .global {
            throw .resourceNotFound(
                "Requested resource not found: Index: \(index) not found for table: \(name)")
        }
        return definition
    }
}

extension AttachedSettings {
    fileprivate mutating func replace(_ setting: ContributorInsights) {
        insights.removeAll { $0.index == setting.index }
        insights.append(setting)
    }
}
