// Writes that the simulation makes, said twice: as a request to the engine, and as what the model does.

internal import MartletCatalog
internal import MartletEngine
internal import MartletModel
internal import MartletTestBasics
internal import MartletTestSupport

/// A condition that the model can judge by itself.
enum ModelCondition: Sendable {
    case exists, missing
    case numberAbove(Int)
    case textIs(String)

    var text: String {
        switch self {
        case .exists: "attribute_exists(pk)"
        case .missing: "attribute_not_exists(pk)"
        case .numberAbove: "n > :bound"
        case .textIs: "a = :bound"
        }
    }

    var values: AttributeMap? {
        switch self {
        case .exists, .missing: nil
        case .numberAbove(let number): [":bound": .integer(number)]
        case .textIs(let text): [":bound": .text(text)]
        }
    }

    func holds(for item: Item?) -> Bool {
        switch self {
        case .exists: item != nil
        case .missing: item == nil
        case .numberAbove(let bound): (item?.wholeNumber("n")).map { $0 > bound } ?? false
        case .textIs(let text): item?["a"] == .text(text)
        }
    }
}

enum ModelUpdate: Sendable {
    case set(Text, AttributeValue)
    case remove(Text)
    case add(Int)

    var text: String {
        switch self {
        case .set(let name, _): "SET \(name) = :value"
        // Together with something that is always there, so that the item is.
        case .remove(let name): "SET seen = :value REMOVE \(name)"
        case .add: "ADD hits :value"
        }
    }

    var values: AttributeMap {
        switch self {
        case .set(_, let value): [":value": value]
        case .remove: [":value": true]
        case .add(let number): [":value": .integer(number)]
        }
    }

    func apply(to item: Item) -> Item {
        var item = item
        switch self {
        case .set(let name, let value): item[name] = value
        case .remove(let name):
            item["seen"] = true
            item[name] = nil
        case .add(let number):
            item["hits"] = .integer((item.wholeNumber("hits") ?? 0) + number)
        }
        return item
    }
}

/// One item's part of a write.
struct ItemWrite: Sendable {
    enum Effect: Sendable {
        case put(Item)
        case update(ModelUpdate)
        case delete
        case check
    }

    let table: TableName
    /// Key attributes only.
    let key: Item
    let effect: Effect
    var condition: ModelCondition?

    /// What the item becomes.
    func result(of old: Item?) -> Item? {
        switch effect {
        case .put(let item): item
        case .update(let update): update.apply(to: old ?? key)
        case .delete: nil
        case .check: old
        }
    }
}

/// A request: how it is sent, and what must be answered.
struct SentWrite {
    let expected: String
    let send: (TestDatabase, @escaping @Sendable (String) -> Void) throws -> Void
    let note: String
}

extension TestDatabase {
    func send<Operation: WriteOperation>(
        _ operation: Operation, _ completion: @escaping @Sendable (String) -> Void,
        _ say: @escaping @Sendable (Operation.Output) -> String = { _ in "ok" }
    ) {
        engine.submit(operation, isLast: false) { result in
            switch result {
            case .success(let output): completion(say(output))
            case .failure(let error): completion(error.summary)
            }
        }
    }

    /// Queues one item's write.
    func send(
        _ write: ItemWrite, _ completion: @escaping @Sendable (String) -> Void
    ) throws {
        let values = write.condition?.values
        var options = WriteOptions()
        var bound = try Bound(nil, all(write.values, values))
        options.condition = try bound.condition(write.condition?.text)
        let say: @Sendable (WriteAnswer) -> String = {
            "ok " + ($0.attributes?.item.notation ?? "-")
        }
        switch write.effect {
        case .put(let item):
            send(
                PutItem(table: write.table, item: item, options: options, returnsOldItem: true),
                completion, say)
        case .update(let update):
            send(
                UpdateItem(
                    table: write.table, key: write.key, update: try bound.update(update.text),
                    options: options, returnValues: .allNew),
                completion, say)
        case .delete, .check:
            send(
                DeleteItem(
                    table: write.table, key: write.key, options: options, returnsOldItem: true),
                completion, say)
        }
    }

    private func all(_ first: AttributeMap?, _ second: AttributeMap?) -> AttributeMap? {
        guard var all = first ?? second else { return nil }
        if first != nil { for entry in second ?? [:] { all[entry.name] = entry.value } }
        return all
    }
}

extension ItemWrite {
    fileprivate var values: AttributeMap? {
        if case .update(let update) = effect { update.values } else { nil }
    }

    /// As an action of a transaction.
    func action() throws -> TransactWriteItems.Action {
        let (text, values) = (condition?.text, condition?.values)
        switch effect {
        case .put(let item): return try .put(item, in: table, if: text, values)
        case .update(let update):
            var all = update.values
            for entry in values ?? [:] { all[entry.name] = entry.value }
            return try .update(key, update.text, in: table, if: text, all)
        case .delete: return try .delete(key, in: table, if: text, values)
        case .check: return try .check(key, in: table, if: text ?? "attribute_exists(pk)", values)
        }
    }

    var note: String {
        let name =
            switch effect {
            case .put(let item): "put \(item.notation)"
            case .update(let update): "update \(update.text) \(update.values.notation)"
            case .delete: "delete"
            case .check: "check"
            }
        return "\(table) \(key.notation) \(name) if \(condition?.text ?? "-")"
    }
}
