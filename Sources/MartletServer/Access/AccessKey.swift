// An access key with what it may do. Whoever signs with it is that user: of an account, with
// permissions for tables by the patterns of their names.

internal import MartletCatalog
package import MartletSigV4
package import MartletWire

/// A permission: a level, on the tables whose names match one of the patterns.
package struct AccessGrant: Sendable, Hashable {
    package var level: AccessLevel
    package var tables: [NamePattern]

    package init(_ level: AccessLevel, tables: [NamePattern] = [.everything]) {
        self.level = level
        self.tables = tables
    }

    func covers(_ resource: ResourceUse.Resource, at level: AccessLevel) -> Bool {
        guard level <= self.level else { return false }
        switch resource {
        case .table(let name, _): return tables.contains { $0.matches(name.description) }
        case .everything: return tables.contains(.everything)
        case .nothing: return true
        }
    }
}

/// A name with `*` for any text and `?` for any character, as in AWS's policies.
package struct NamePattern: Sendable, Hashable, ExpressibleByStringLiteral {
    package static let everything: NamePattern = "*"

    package let text: String

    package init(_ text: String) { self.text = text }
    package init(stringLiteral value: String) { text = value }

    /// - Complexity: O(pattern × name), whatever the pattern.
    package func matches(_ name: String) -> Bool {
        let pattern = Array(text.utf8)
        let name = Array(name.utf8)
        var (place, position) = (0, 0)
        /// Behind the last asterisk, and where what it stands for ends so far.
        var resumption: (place: Int, position: Int)?
        while position < name.count {
            if place < pattern.count, pattern[place] == UInt8(ascii: "*") {
                place += 1
                resumption = (place, position)
            } else if place < pattern.count,
                pattern[place] == UInt8(ascii: "?") || pattern[place] == name[position]
            {
                place += 1
                position += 1
            } else if let last = resumption {
                resumption = (last.place, last.position + 1)
                (place, position) = (last.place, last.position + 1)
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}

package final class AccessKey: Sendable {
    package let credential: Credential
    /// The account of its ARNs and, where accounts are separated, of its data; nil: as the server
    /// decides.
    package let account: String?
    /// As ARNs of users end.
    package let user: String
    package let grants: [AccessGrant]

    /// A key that may do everything, unless `grants` say less.
    package init(
        _ credential: Credential, account: String? = nil, user: String? = nil,
        grants: [AccessGrant] = [AccessGrant(.admin)]
    ) {
        self.credential = credential
        self.account = account
        self.user = user ?? credential.accessKeyID
        self.grants = grants
    }

    var isUnlimited: Bool { grants.contains(AccessGrant(.admin)) }

    /// Why a request may not be carried out, in AWS's words; nil when it may.
    func refusal<Operation: WireOperation>(
        of operation: Operation, named name: OperationName, by owner: ResourceOwner
    ) -> String? {
        for use in operation.resources {
            // What has no level of its own says one for each resource.
            let level = use.action?.level ?? name.accessLevel ?? .admin
            if let text = refusal(
                of: "dynamodb:\(use.action?.name ?? name.rawValue)", on: use.resource, at: level,
                by: owner)
            {
                return text
            }
        }
        return nil
    }

    func refusal(
        of action: String, on resource: ResourceUse.Resource, at level: AccessLevel,
        by owner: ResourceOwner
    ) -> String? {
        if grants.contains(where: { $0.covers(resource, at: level) }) { return nil }
        let account = account ?? owner.account
        return "User: arn:aws:iam::\(account):user/\(user) is not authorized to perform: "
            + "\(action) on resource: \(resource.arn(of: owner)) because no "
            + "identity-based policy allows the \(action) action"
    }
}

extension ResourceUse.Resource {
    fileprivate func arn(of owner: ResourceOwner) -> String {
        switch self {
        case .table(let name, let part):
            ResourceARN(owner: owner, table: name).description + part
        case .everything: "arn:aws:dynamodb:\(owner.region):\(owner.account):table/*"
        case .nothing: "*"
        }
    }
}
