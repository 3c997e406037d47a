// The database as plainly as it can be said. Values only, so a copy is a moment to go back to.

internal import MartletCatalog
internal import MartletModel
internal import MartletTestSupport

/// A table: the items, and what has happened to them.
struct ModelTable {
    /// Items, indexes and counts.
    var reference: ReferenceTable
    /// Whether it can be used: a restored one is filled in the background.
    var isReady = true
    /// The attribute by which items expire.
    var expires = false
    /// What its stream tells, in order; nil without one.
    var stream: ModelStream?
    /// Since when it can be restored, and what it was at moments to come back to.
    var recoverySince: Double?
    var remembered: [RememberedMoment] = []

    var definition: TableDefinition { reference.definition }

    /// Changes an item, and tells the stream.
    mutating func set(_ key: PrimaryKey, _ item: Item?, isExpiry: Bool = false) {
        let old = reference[key]
        guard old != item else { return }
        reference[key] = item
        if stream != nil { stream!.tell(old, item, isExpiry) }
    }

    var items: [PrimaryKey: Item] {
        Dictionary(
            uniqueKeysWithValues: reference.allItems.map { (reference.key(of: $0), $0) })
    }

    func isDue(_ item: Item, _ now: Double) -> Bool {
        guard expires, let seconds = item.wholeNumber("ends") else { return false }
        return seconds < Int(now) && seconds >= Int(now) - 5 * 365 * 86_400
    }

    func hasDueItem(_ key: PrimaryKey, _ now: Double) -> Bool {
        reference[key].map { isDue($0, now) } ?? false
    }
}

struct RememberedMoment {
    let time: Double
    let items: [PrimaryKey: Item]
    /// How often the clock had gone back by then.
    let setbackCount: Int
}

struct ModelStream {
    let label: String
    let view: StreamSettings.ViewType
    /// In order, as notations; those of expired items apart, whose order among others is free.
    var records: [String] = []
    var expiries: [String] = []

    mutating func tell(_ old: Item?, _ new: Item?, _ isExpiry: Bool) {
        let event = old == nil ? "INSERT" : new == nil ? "REMOVE" : "MODIFY"
        let text = Self.notation(
            isExpiry ? "EXPIRE" : event, view.showsOldImage ? old : nil,
            view.showsNewImage ? new : nil)
        if isExpiry { expiries.append(text) } else { records.append(text) }
    }

    static func notation(_ event: String, _ old: Item?, _ new: Item?) -> String {
        [event, old.map(\.notation), new.map { "→ " + $0.notation }].compactMap { $0 }
            .joined(separator: " ")
    }
}

struct ModelBackup {
    let table: TableName
    let definition: TableDefinition
    let expires: Bool
    let items: [PrimaryKey: Item]
    var isReady = false
}

struct Model {
    var tables: [TableName: ModelTable] = [:]
    /// By ARN.
    var backups: [String: ModelBackup] = [:]
    /// Transactions that were carried out, by token, with the second.
    var tokens: [String: Double] = [:]

    var readyNames: [TableName] { tables.filter(\.value.isReady).keys.sorted() }
}

extension AttributeMap {
    func wholeNumber(_ name: Text) -> Int? {
        guard case .number(let number)? = self[name] else { return nil }
        return Int(number.description)
    }
}
