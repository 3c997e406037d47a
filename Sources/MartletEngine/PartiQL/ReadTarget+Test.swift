// A condition of a SELECT sees what its index holds, also where other columns are fetched from the
// table.

internal import MartletExpressions
internal import MartletModel

extension ReadTarget {
    /// The condition as rows are tested with it.
    func test(_ condition: Condition?) -> ConditionExpression? {
        guard let condition else { return nil }
        return ConditionExpression(projectsAll ? condition : seen(condition))
    }

    /// No attribute has the empty name, so what the index does not hold is missing under it.
    private func seen(_ path: AttributePath) -> AttributePath {
        projects(path.root) ? path : AttributePath("")
    }

    private func seen(_ operand: Condition.Operand) -> Condition.Operand {
        switch operand {
        case .path(let path): .path(seen(path))
        case .size(let path): .size(seen(path))
        case .value: operand
        }
    }

    private func seen(_ condition: Condition) -> Condition {
        switch condition {
        case .comparison(let left, let comparator, let right):
            .comparison(seen(left), comparator, seen(right))
        case .between(let operand, let low, let high):
            .between(seen(operand), seen(low), seen(high))
        case .isIn(let operand, let members): .isIn(seen(operand), members.map(seen))
        case .exists(let path): .exists(seen(path))
        case .notExists(let path): .notExists(seen(path))
        case .hasType(let path, let type): .hasType(seen(path), type)
        case .beginsWith(let operand, let prefix): .beginsWith(seen(operand), seen(prefix))
        case .contains(let operand, let part): .contains(seen(operand), seen(part))
        case .not(let inner): .not(seen(inner))
        case .all(let conditions): .all(conditions.map(seen))
        case .any(let conditions): .any(conditions.map(seen))
        }
    }
}
