// Backups as the catalogue keeps them. A backup has the items of a table as of one moment, under an
// id of its own, and the table's definition of that moment; it outlives the table.

package import MartletModel

public struct BackupDefinition: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable {
        /// Asked for by a client.
        case user = "USER"
        /// Made of a table with point-in-time recovery when that was deleted.
        case system = "SYSTEM"
    }

    public enum Status: String, Hashable, Sendable {
        case creating = "CREATING"
        case available = "AVAILABLE"
    }

    /// How long a backup of the system is kept.
    public static let systemDays = 35

    /// Drawn from the tables' sequence and never used again.
    public var id: UInt32
    /// Under what its items are stored: its own id, or that of a table that it took over.
    public var rowsID: UInt32
    public var name: String
    /// How its ARN ends: when it was asked for in milliseconds, and something random.
    public var label: String
    public var kind: Kind
    public var status: Status
    public var created: Timestamp
    /// nil: it stays until it is deleted.
    public var expires: Timestamp?
    public var itemCount: Int
    /// As DynamoDB counts the table's bytes.
    public var sizeBytes: Int
    public var table: TableDefinition

    package init(
        id: UInt32, rowsID: UInt32, name: String, label: String, kind: Kind, status: Status,
        created: Timestamp, expires: Timestamp? = nil, itemCount: Int, sizeBytes: Int,
        table: TableDefinition
    ) {
        self.id = id
        self.rowsID = rowsID
        self.name = name
        self.label = label
        self.kind = kind
        self.status = status
        self.created = created
        self.expires = expires
        self.itemCount = itemCount
        self.sizeBytes = sizeBytes
        self.table = table
    }

    /// The final backup of a table that is deleted: it takes over the table's items as they are.
    package init(
        ofDeleted table: TableDefinition, id: UInt32, label: String, now: Timestamp,
        itemCount: Int, sizeBytes: Int
    ) {
        self.init(
            id: id, rowsID: table.id, name: "\(table.name)$DeletedTableBackup",
            label: label, kind: .system, status: .available, created: now,
            expires: Timestamp(
                secondsSince1970: now.secondsSince1970 + Double(Self.systemDays) * 86_400),
            itemCount: itemCount, sizeBytes: sizeBytes, table: table)
    }

    /// The label of a backup that is made now; `number` tells those of one moment apart. It is 0
    /// for backups of the system.
    package static func label(at now: Timestamp, number: UInt32) -> String {
        let digits = String(number, radix: 16)
        return labelStart(now) + "-" + String(repeating: "0", count: 8 - digits.count) + digits
    }

    /// Labels ascend as backups were made: the digits of the time have one width.
    private static func labelStart(_ time: Timestamp) -> String {
        let digits = String(time.microsecondsSince1970 / 1000)
        return String(repeating: "0", count: max(0, 14 - digits.count)) + digits
    }

    package func arn(of owner: ResourceOwner) -> BackupARN {
        BackupARN(owner: owner, table: table.name, label: label)
    }
}

/// The name of a backup: arn:aws:dynamodb:REGION:ACCOUNT:table/NAME/backup/LABEL.
package struct BackupARN: Hashable, Sendable, CustomStringConvertible {
    package var owner: ResourceOwner
    package var table: TableName
    package var label: String

    package init(owner: ResourceOwner, table: TableName, label: String) {
        self.owner = owner
        self.table = table
        self.label = label
    }

    /// Reads an ARN, or says what the service says about a text that is none.
    package init(parsing text: String) throws(ValidationError) {
        guard text.hasPrefix("arn:") else {
            throw .invalid("ARNs must start with 'arn:': \(text)")
        }
        let fields = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard fields.count == 6, fields[2] == "dynamodb" else {
            throw .invalid("Provided Arn is not a DynamoDB resource arn: \(text)")
        }
        let path = fields[5].split(
            separator: "/", maxSplits: 3, omittingEmptySubsequences: false
        ).map(String.init)
        guard path.count == 4, path[0] == "table", path[2] == "backup", !path[3].isEmpty,
            TableName.isValid(path[1])
        else {
            throw ValidationError(
                "Invalid BackupArn: Invalid ResourceArn provided as input \(text)")
        }
        owner = ResourceOwner(region: String(fields[3]), account: String(fields[4]))
        table = TableName(path[1])
        label = path[3]
    }

    package var description: String {
        "arn:aws:dynamodb:\(owner.region):\(owner.account):table/\(table)/backup/\(label)"
    }
}
