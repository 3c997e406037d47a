// What an expression may not do to keys, which shows only when the table is known.

internal import MartletCatalog
internal import MartletExpressions
internal import MartletModel

extension TableDefinition {
    /// Refuses a condition or a filter that leads into a key attribute.
    func checkPaths(of condition: ConditionExpression?) throws(OperationError) {
        if let condition { try checkPaths(condition.paths) }
    }

    /// Refuses a projection that leads into a key attribute.
    func checkPaths(of projection: ProjectionExpression?) throws(OperationError) {
        if let projection { try checkPaths(projection.paths) }
    }

    /// Refuses an update that changes a key attribute of the table, or leads into one.
    func checkPaths(of update: UpdateExpression?) throws(OperationError) {
        guard let update else { return }
        for path in update.touchedPaths where key.contains(path.root) {
            throw .validation(
                "One or more parameter values were invalid: Cannot update attribute \(path.root). "
                    + "This attribute is part of the key")
        }
        try checkPaths(update.paths)
    }

    private func checkPaths(_ paths: [AttributePath]) throws(OperationError) {
        do throws(ValidationError) {
            try requireScalarKeys(in: paths)
        } catch {
            throw OperationError(error)
        }
    }
}
