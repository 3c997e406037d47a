// Statements in one line, for tables of expectations: what was read, written unlike PartiQL.

import MartletExpressions
import MartletModel

@testable import MartletPartiQL

func notation(_ text: String, _ parameters: [AttributeValue] = []) -> String {
    do {
        return notation(try Statement(reading: text, parameters: parameters))
    } catch {
        return "! " + error.message
    }
}

private func notation(_ statement: Statement) -> String {
    switch statement {
    case .select(let select): notation(select)
    case .exists(let select): "exists \(notation(select))"
    case .insert(let insert): "insert \(notation(insert.source)) \(notation(.map(insert.item)))"
    case .update(let update):
        "update \(notation(update.source)) "
            + update.actions.map(notation).joined(separator: "; ")
            + notation(update.condition, update.returning)
    case .delete(let delete):
        "delete \(notation(delete.source))" + notation(delete.condition, delete.returning)
    }
}

private func notation(_ source: Source) -> String {
    source.table + (source.index.map { "/\($0)" } ?? "")
}

private func notation(_ select: Select) -> String {
    let columns = select.columns?.map { column in
        column.path.rest.isEmpty
            ? column.name.string : "\(notation(column.path))→\(column.name)"
    }
    let order = select.order.map { "\($0.attribute)\($0.isDescending ? "↓" : "↑")" }
    return "\(notation(select.source)) [\(columns?.joined(separator: ",") ?? "*")]"
        + notation(select.condition, nil)
        + (order.isEmpty ? "" : " by \(order.joined(separator: ","))")
}

private func notation(_ condition: Condition?, _ returning: Returning?) -> String {
    (condition.map { " if \(notation($0))" } ?? "")
        + (returning.map { " → \($0.rawValue)" } ?? "")
}

private func notation(_ action: UpdateAction) -> String {
    switch action {
    case .set(let path, let value): "\(notation(path)) := \(notation(value))"
    case .remove(let path): "drop \(notation(path))"
    case .add(let path, let value): "\(notation(path)) ∪= \(notation(value))"
    case .delete(let path, let value): "\(notation(path)) −= \(notation(value))"
    }
}

private func notation(_ value: AssignedValue) -> String {
    switch value {
    case .value(let value): notation(value)
    case .path(let path): notation(path)
    case .ifNotExists(let path, let other): "(\(notation(path)) ?? \(notation(other)))"
    case .listAppend(let first, let second): "(\(notation(first)) ++ \(notation(second)))"
    case .sum(let first, let second): "(\(notation(first)) + \(notation(second)))"
    case .difference(let first, let second): "(\(notation(first)) - \(notation(second)))"
    }
}

private func notation(_ condition: Condition) -> String {
    switch condition {
    case .comparison(let left, let comparator, let right):
        "\(notation(left)) \(comparator.rawValue) \(notation(right))"
    case .between(let operand, let low, let high):
        "\(notation(operand)) in \(notation(low))…\(notation(high))"
    case .isIn(let operand, let members):
        "\(notation(operand)) in [\(members.map(notation).joined(separator: ", "))]"
    case .exists(let path): "has \(notation(path))"
    case .notExists(let path): "lacks \(notation(path))"
    case .hasType(let path, let type): "\(notation(path)) is \(type.rawValue)"
    case .beginsWith(let operand, let prefix): "\(notation(operand)) begins \(notation(prefix))"
    case .contains(let operand, let part): "\(notation(operand)) contains \(notation(part))"
    case .not(let inner): "not (\(notation(inner)))"
    case .all(let conditions): "(\(conditions.map(notation).joined(separator: " and ")))"
    case .any(let conditions): "(\(conditions.map(notation).joined(separator: " or ")))"
    }
}

private func notation(_ operand: Condition.Operand) -> String {
    switch operand {
    case .path(let path): notation(path)
    case .value(let value): notation(value)
    case .size(let path): "#\(notation(path))"
    }
}

private func notation(_ path: AttributePath) -> String {
    path.rest.reduce(path.root.string) { text, component in
        switch component {
        case .name(let name): "\(text).\(name)"
        case .index(let index): "\(text)[\(index)]"
        }
    }
}

private func notation(_ value: AttributeValue) -> String {
    switch value {
    case .string(let text): "'\(text)'"
    case .number(let number): number.description
    case .binary(let bytes): "b\(bytes)"
    case .bool(let bool): bool ? "yes" : "no"
    case .null: "null"
    case .stringSet(let set):
        "<\(set.elements.map { "'\($0)'" }.joined(separator: " "))>"
    case .numberSet(let set): "<\(set.elements.map(\.description).joined(separator: " "))>"
    case .binarySet(let set): "<\(set.elements.map { "b\($0.bytes)" }.joined(separator: " "))>"
    case .list(let elements): "[\(elements.map(notation).joined(separator: " "))]"
    case .map(let entries):
        "{\(entries.map { "\($0.name)=\(notation($0.value))" }.joined(separator: " "))}"
    }
}
