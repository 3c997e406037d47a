internal import MartletCatalog
internal import MartletEncoding
internal import MartletEngine
internal import MartletExpressions
internal import MartletModel

/// What an export takes of each item.
struct ExportFilter {
    /// Every key condition is a condition, too.
    private var keyCondition: ConditionExpression?
    private var condition: ConditionExpression?
    private var projection: ProjectionExpression?

    /// Binds expressions that were checked when the export was asked for.
    init(_ filter: ExportJob.Filter?) throws(TransferFailure) {
        guard let filter else { return }
        do throws(ValidationError) {
            var binder = try ExpressionBinder(names: filter.names, values: filter.values)
            keyCondition = try filter.keyCondition.map { text throws(ValidationError) in
                try binder.condition(text, kind: .keyCondition)
            }
            condition = try filter.filter.map { text throws(ValidationError) in
                try binder.condition(text, kind: .filter)
            }
            projection = try filter.projection.map { text throws(ValidationError) in
                try binder.projection(text)
            }
        } catch {
            throw TransferFailure(code: "InvalidFilterSpecification", message: error.message)
        }
    }

    /// What is exported of an item; nil: nothing.
    func apply(to record: ItemRecord) -> ReturnedItem? {
        if let keyCondition, !keyCondition.holds(for: record) { return nil }
        if let condition, !condition.holds(for: record) { return nil }
        guard let projection else { return .record(record) }
        return .item(projection.apply(to: record))
    }
}
