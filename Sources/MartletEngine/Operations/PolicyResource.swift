// What a resource policy is attached to: a table, or its stream. Each has a policy of its own, and
// the policy's revision is the time of its last change, in milliseconds since 1970.

internal import MartletCatalog
internal import MartletModel

/// A policy as it is kept, and when it was put.
public struct KeptPolicy: Hashable, Sendable {
    public var document: String
    public var revision: Int

    package init(document: String, revision: Int) {
        self.document = document
        self.revision = revision
    }
}

/// A resource that exists and may have a policy.
struct PolicyResource {
    let table: Table
    var definition: TableDefinition
    /// The label of its stream; nil: the table itself.
    private let streamLabel: String?
    private let arn: String

    /// Finds the resource that an ARN names, which must be of this account and region.
    init(
        arn text: String, in directory: TableDirectory, of owner: ResourceOwner
    ) throws(OperationError) {
        let parsed: ResourceARN
        do throws(ValidationError) {
            parsed = try ResourceARN(parsing: text)
        } catch {
            throw OperationError(error)
        }
        guard parsed.owner.account == owner.account else {
            throw .validation(
                "This action is only supported by accounts that match the resource "
                    + "owner\u{2019}s account.")
        }
        guard parsed.owner == owner, parsed.partition == "aws" else {
            throw .validation(
                "One or more parameter values were invalid: Invalid resource Arn: \(text)")
        }
        switch parsed.part {
        case .table: streamLabel = nil
        case .stream(let label): streamLabel = label
        case .index:
            throw .validation(
                "One or more parameter values were invalid: Invalid resource arn provided, "
                    + "only table or stream is accepted. Provided resource arn: \(text)")
        }
        table = try directory.namedTable(parsed.table)
        definition = table.definition
        if let streamLabel, definition.stream?.label != streamLabel {
            throw .resourceNotFound(
                "Requested resource not found: Stream: \(streamLabel) not found for Table: "
                    + "\(definition.name)")
        }
        arn = text
    }

    var policy: KeptPolicy? {
        if streamLabel != nil {
            return definition.attached.streamPolicy.map {
                KeptPolicy(document: $0.document, revision: $0.revision)
            }
        }
        return definition.resourcePolicy.map {
            KeptPolicy(
                document: $0,
                revision: definition.attached.policyRevision
                    ?? definition.created.millisecondsSince1970)
        }
    }

    mutating func setPolicy(_ policy: KeptPolicy?) {
        guard let streamLabel else {
            definition.resourcePolicy = policy?.document
            definition.attached.policyRevision = policy?.revision
            return
        }
        definition.attached.streamPolicy = policy.map {
            StreamPolicy(label: streamLabel, document: $0.document, revision: $0.revision)
        }
    }

    var notFound: OperationError { .policyNotFound(Self.missing + arn) }

    private static let missing = "Resource-based policy not found for the provided ResourceArn: "

    private var kindAndName: String {
        streamLabel.map { "stream \($0)" } ?? "table \(definition.name)"
    }

    /// Checks that the policy is the one that the caller expects; `NO_POLICY` expects none.
    func require(_ expected: String?) throws(OperationError) {
        guard let expected else { return }
        switch (policy, expected) {
        case (nil, "NO_POLICY"): return
        case (let policy?, "NO_POLICY"):
            throw .policyNotFound(
                Self.missing + "Requested policy update expecting none to be present for "
                    + "\(kindAndName), but a policy exists with revision id \(policy.revision).")
        case (nil, _):
            throw .policyNotFound(
                Self.missing + "Requested update for policy with revision id \(expected), but "
                    + "\(kindAndName) has no associated policy.")
        case (let policy?, _):
            guard String(policy.revision) != expected else { return }
            throw .policyNotFound(
                Self.missing + "Requested update for policy with revision id \(expected), but the "
                    + "policy associated to target \(kindAndName) has revision id "
                    + "\(policy.revision).")
        }
    }
}

extension Timestamp {
    var millisecondsSince1970: Int { Int((secondsSince1970 * 1000).rounded(.down)) }
}
