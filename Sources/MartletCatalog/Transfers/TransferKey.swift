// Rows of transfers: exports, imports and bulk puts.
//
//   key                                          value
//   0x0E · kind (1: `E`, `I`, `B`) · id (23)     item record of the job
//   0x0E · `T` · kind · token in UTF-8           id of the job that a request with the token began
//
// An id is the moment of the request in milliseconds, 14 digits, a hyphen and 8 random hexadecimal
// digits; so the jobs of a kind ascend by their beginnings. A job's row changes in the same batch as
// what the job has done to items, so that after a crash it says how far the items are.
// Spec: docs/format/transfers.md.

package import MartletEncoding
internal import MartletModel

package enum TransferKind: UInt8, Sendable, CaseIterable {
    case export = 0x45
    case importing = 0x49
    case bulkPut = 0x42

    /// How the ARNs of such jobs name them, after their table.
    var name: String {
        switch self {
        case .export: "export"
        case .importing: "import"
        case .bulkPut: "bulk-put-items"
        }
    }
}

/// The name of a job.
package struct TransferID: Hashable, Sendable, CustomStringConvertible {
    package static let digits = (moment: 14, random: 8)

    package var description: String

    /// Takes a job's name; nil for any other text.
    package init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count == Self.digits.moment,
            parts[1].utf8.count == Self.digits.random,
            parts[0].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { return nil }
        description = text
    }

    /// Names a job that begins now.
    package init(now: Timestamp, random: UInt32) {
        func padded(_ text: String, _ width: Int) -> String {
            String(repeating: "0", count: max(0, width - text.utf8.count)) + text
        }
        let milliseconds = UInt64(max(0, now.secondsSince1970 * 1000))
        description =
            padded(String(milliseconds), Self.digits.moment) + "-"
            + padded(String(random, radix: 16), Self.digits.random)
    }
}

package enum TransferKey {
    package static func jobs(_ kind: TransferKind) -> [UInt8] {
        [KeySpace.transfer.rawValue, kind.rawValue]
    }

    package static func job(_ kind: TransferKind, _ id: TransferID) -> [UInt8] {
        jobs(kind) + Array(id.description.utf8)
    }

    package static func token(_ token: String, _ kind: TransferKind) -> [UInt8] {
        [KeySpace.transfer.rawValue, UInt8(ascii: "T"), kind.rawValue] + Array(token.utf8)
    }
}

/// A job as its row keeps it.
package protocol TransferJob: Sendable, Hashable {
    static var kind: TransferKind { get }

    var id: TransferID { get }
    /// The table that items come from or go to.
    var table: TableName { get }
    /// Whether there is still something to do.
    var isUnderway: Bool { get }
    var started: Timestamp { get }
    var ended: Timestamp? { get }
    /// What the request called itself, so that it can be sent again.
    var clientToken: String? { get }
    var record: ItemRecord { get }

    init(record: ItemRecord) throws(CorruptRecord)
}

extension TransferJob {
    package var key: [UInt8] { TransferKey.job(Self.kind, id) }

    package func arn(of owner: ResourceOwner) -> String {
        "\(ResourceARN(owner: owner, table: table))/\(Self.kind.name)/\(id)"
    }
}

/// What the ARN of a job says.
package struct TransferARN: Hashable, Sendable {
    package var owner: ResourceOwner
    package var table: TableName
    package var id: TransferID

    /// Reads the ARN of a job of this kind; nil for any other text.
    package init?(_ text: String, _ kind: TransferKind) {
        let fields = text.split(separator: "/", omittingEmptySubsequences: false)
        guard fields.count == 4, fields[2] == kind.name, let id = TransferID(String(fields[3])),
            let table = try? ResourceARN(parsing: "\(fields[0])/\(fields[1])")
        else { return nil }
        (owner, self.table, self.id) = (table.owner, table.table, id)
    }
}

/// Why a job failed, as its description says.
public struct TransferFailure: Hashable, Sendable, Error {
    public var code: String
    public var message: String

    package init(code: String, message: String) {
        self.code = code
        self.message = message
    }
}
