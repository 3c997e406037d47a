// Names of resources: arn:aws:dynamodb:REGION:ACCOUNT:table/NAME, with /index/INDEX or
// /stream/LABEL after it.

package import MartletModel

/// The region and the account that this server answers for.
package struct ResourceOwner: Hashable, Sendable {
    package var region: String
    package var account: String

    package init(region: String, account: String) {
        self.region = region
        self.account = account
    }

    /// What a server is that was told nothing.
    package static let local = ResourceOwner(region: "us-east-1", account: "000000000000")
}

/// The name of a table, or of an index or a stream of one.
package struct ResourceARN: Hashable, Sendable, CustomStringConvertible {
    package enum Part: Hashable, Sendable {
        case table
        case index(String)
        case stream(String)
    }

    package var partition: String
    package var owner: ResourceOwner
    package var table: TableName
    package var part: Part

    package init(
        owner: ResourceOwner, table: TableName, part: Part = .table, partition: String = "aws"
    ) {
        self.partition = partition
        self.owner = owner
        self.table = table
        self.part = part
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
        guard path.count >= 2, path[0] == "table", TableName.isValid(path[1]) else {
            throw ValidationError(
                "Invalid TableArn: Invalid ResourceArn provided as input \(text)")
        }
        switch (path.count, path.count > 2 ? path[2] : "") {
        case (2, _): part = .table
        case (4, "index") where !path[3].isEmpty: part = .index(path[3])
        case (4, "stream") where !path[3].isEmpty: part = .stream(path[3])
        default:
            throw ValidationError(
                "Invalid TableArn: Invalid ResourceArn provided as input \(text)")
        }
        partition = String(fields[1])
        owner = ResourceOwner(region: String(fields[3]), account: String(fields[4]))
        table = TableName(path[1])
    }

    package var description: String {
        let name = "arn:\(partition):dynamodb:\(owner.region):\(owner.account):table/\(table)"
        return switch part {
        case .table: name
        case .index(let index): "\(name)/index/\(index)"
        case .stream(let label): "\(name)/stream/\(label)"
        }
    }
}

extension TableName {
    static let lengths = Limits.tableNameCharacters

    /// Whether a table, or an index, may have this name.
    package static func isValid(_ name: String) -> Bool {
        lengths.contains(name.utf8.count) && hasOnlyNameCharacters(name)
    }

    /// Whether the text matches `[a-zA-Z0-9_.-]+`.
    package static func hasOnlyNameCharacters(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."),
                    UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    /// The table that an ARN names; nil for any other text.
    package init?(inARN text: String) {
        guard text.hasPrefix("arn:"), let arn = try? ResourceARN(parsing: text), arn.part == .table
        else { return nil }
        self = arn.table
    }

    /// The table that a request's TableName member names: by its ARN, or by name.
    package init(reference: String) { self = TableName(inARN: reference) ?? TableName(reference) }
}
