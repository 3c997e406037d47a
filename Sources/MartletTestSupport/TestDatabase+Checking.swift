internal import Glibc
internal import MartletCatalog
internal import MartletEncoding
package import MartletEngine
internal import MartletKeyValue
internal import MartletModel

extension TestDatabase {
    /// What is wrong with the database, in words; empty when it is sound. The catalogue in memory
    /// must be the stored one, so no table may be changing meanwhile.
    package func findings() throws(OperationError) -> [String] {
        var texts = try engine.checkInvariants(isDeep: true).map(\.description)
        let directory = engine.directory
        let stored = try! store.cursor(over: .prefix(CatalogKey.tables), .forward)
        var names: [TableName] = []
        while let (key, value) = try! stored.next() {
            guard key != CatalogKey.nextID else { continue }
            let table = try! TableDefinition(record: ItemRecord(verifying: value))
            names.append(table.name)
            if directory.tables[table.name]?.definition != table {
                texts.append("table \(table.name), the catalogue in memory is not the stored one")
            }
        }
        if directory.names != names { texts.append("the list of tables is not the stored one") }
        return texts
    }

    /// Every key and value, in order, one line each.
    package func dump() -> [String] {
        var lines: [String] = []
        let cursor = try! store.cursor(over: .all, .forward)
        while let (key, value) = try! cursor.next() {
            lines.append(Self.keyText(key) + " = " + Self.valueText(key, value))
        }
        return lines
    }

    private static func keyText(_ key: [UInt8]) -> String {
        guard let space = key.first.flatMap(KeySpace.init(rawValue:)) else {
            return hexadecimal(key)
        }
        switch space {
        case .catalog: return "catalog " + String(decoding: key.dropFirst(), as: UTF8.self)
        case .transactionToken: return "token " + String(decoding: key.dropFirst(), as: UTF8.self)
        case .vectorJournal where key.count == 1: return "next sequence"
        case .streamRecord where key.count == 1: return "next stream sequence"
        case .transfer:
            return "transfer " + String(decoding: key.dropFirst(), as: UTF8.self)
        case .stream:
            return "stream " + String(decoding: key.dropFirst(), as: UTF8.self)
        case .tally, .item, .indexRow, .expiry, .vectorJournal, .vectorWalk, .streamRecord,
            .backup, .history, .copy, .change:
            let id = key[1..<5].reduce(0) { $0 << 8 | Int($1) }
            return "\(space) \(id) \(hexadecimal(key.dropFirst(5)))"
        }
    }

    private static func valueText(_ key: [UInt8], _ value: [UInt8]) -> String {
        if key.first == KeySpace.tally.rawValue, let tally = try? Tally(stored: value) {
            return "\(tally.itemCount) rows, \(tally.sizeBytes) bytes"
        }
        guard let record = try? ItemRecord(verifying: value) else { return hexadecimal(value) }
        return record.item.notation
    }
}

extension OperationError {
    /// Kind and text, to compare with; items are in their notation.
    package var summary: String {
        switch self {
        case .validation(let text): "validation: \(text)"
        case .resourceNotFound(let text): "not found: \(text)"
        case .tableMissing(let text): "table missing: \(text)"
        case .policyNotFound(let text): "policy not found: \(text)"
        case .globalTableNotFound(let text): "global table not found: \(text)"
        case .resourceInUse(let text): "in use: \(text)"
        case .limitExceeded(let text): "limit: \(text)"
        case .backup(let fault, let text): "\(fault): \(text)"
        case .transfer(let fault, let text): "\(fault): \(text)"
        case .accessDenied(let text): "denied: \(text)"
        case .conditionFailed(let item):
            "condition failed" + (item.map { ": " + $0.item.notation } ?? "")
        case .duplicateItem: "duplicate item"
        case .transactionCancelled(let reasons):
            "cancelled: "
                + reasons.map { reason in
                    [reason.code.rawValue, reason.message, reason.item?.item.notation]
                        .compactMap { $0 }.joined(separator: " ")
                }.joined(separator: ", ")
        case .idempotentParameterMismatch: "token mismatch"
        case .throttled(let fault): "throttled: \(fault.reason)"
        case .transactionConflict: "transaction conflict"
        case .iteratorExpired: "iterator expired"
        case .dataTrimmed: "data trimmed"
        case .storage(let error): "storage: \(error)"
        }
    }
}

/// The summary of the error that `body` ends with; nil when it does not.
package func failure<Result>(of body: () throws -> Result) -> String? {
    do {
        _ = try body()
        return nil
    } catch let error as OperationError {
        return error.summary
    } catch {
        return "\(error)"
    }
}

func sleepBriefly() { usleep(2000) }
