// Tokens of finished transactions. A row for each, under the token's text:
//
//   offset  bytes  field
//   0       8      when it was used: milliseconds since 1970, little-endian
//   8       …      digest of the request
//
// A token counts for ten minutes; the background thread clears older rows away. The row commits
// with the transaction, so a request repeated after a crash is recognised, too.
// Spec: docs/format/keys.md.

internal import MartletCatalog
internal import MartletEncoding

enum TransactionTokenRow {
    static let lifetimeSeconds = 600.0

    static func key(_ token: TransactWriteItems.Token) -> [UInt8] {
        [KeySpace.transactionToken.rawValue] + Array(token.text.utf8)
    }

    static func value(_ token: TransactWriteItems.Token, used: Timestamp) -> [UInt8] {
        var value: [UInt8] = []
        value.appendLittleEndian(UInt64(used.secondsSince1970 * 1000))
        return value + token.requestDigest
    }

    /// Whether the row's token still counts.
    static func isAlive(_ value: [UInt8], at now: Timestamp) -> Bool {
        guard value.count >= 8 else { return false }
        let milliseconds = value.withUnsafeBytes {
            UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self))
        }
        return now.secondsSince1970 - Double(milliseconds) / 1000 < lifetimeSeconds
    }
}

extension WriteTransaction {
    /// Whether the same request was carried out under this token within its lifetime.
    /// - Throws: `idempotentParameterMismatch` when another request was.
    func recognizes(_ token: TransactWriteItems.Token) throws(OperationError) -> Bool {
        guard let row = try value(forKey: TransactionTokenRow.key(token)),
            TransactionTokenRow.isAlive(row, at: now)
        else { return false }
        guard Array(row[8...]) == token.requestDigest else { throw .idempotentParameterMismatch }
        return true
    }

    func remember(_ token: TransactWriteItems.Token) {
        put(TransactionTokenRow.key(token), TransactionTokenRow.value(token, used: now))
    }
}
