// Order: docs/operations/PutResourcePolicy.md.

internal import MartletCatalog
package import MartletEngine
internal import MartletModel

extension PutResourcePolicy: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<PutResourcePolicy> {
        var members = PolicyMembers()
        var policy: String?
        try readBody(body) { reader, progress throws(WireError) in
            while let name = try reader.nextMember(&progress) {
                switch name {
                case "Policy": policy = try reader.readOptionalString()
                // Nobody is refused by a policy here, so nobody shuts themselves out.
                case "ConfirmRemoveSelfResourceAccess": _ = try reader.readOptionalBool()
                default: try members.read(name, from: &reader)
                }
            }
        }
        var checks = MemberChecks()
        members.check(&checks)
        checks.require(policy != nil, at: "policy")
        try checks.check()
        return DecodedRequest(
            PutResourcePolicy(
                resourceARN: try members.checkedARN(),
                document: try PolicyDocument(policy!).canonical,
                expectedRevision: members.expectedRevision))
    }

    package static func encode(
        _ output: Output, for request: DecodedRequest<PutResourcePolicy>,
        into writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.member("RevisionId")
        writer.string(String(output.revision))
        writer.endObject()
    }
}

/// The members that operations on resource policies share.
struct PolicyMembers {
    private static let arnLengths = 1...1_283
    private static let revisionLengths = 1...255

    private var resourceARN: String?
    var expectedRevision: String?

    mutating func read(_ name: JSONString, from reader: inout JSONReader) throws(WireError) {
        switch name {
        case "ResourceArn": resourceARN = try reader.readOptionalString()
        case "ExpectedRevisionId": expectedRevision = try reader.readOptionalString()
        default: try reader.skipValue()
        }
    }

    func check(_ checks: inout MemberChecks) {
        checks.require(resourceARN != nil, at: "resourceArn")
        checks.length(of: resourceARN, in: Self.arnLengths, at: "resourceArn")
        checks.length(of: expectedRevision, in: Self.revisionLengths, at: "expectedRevisionId")
    }

    /// The ARN, which must be one of a table or of something of a table.
    func checkedARN() throws(WireError) -> String {
        let arn = resourceARN!
        do throws(ValidationError) {
            _ = try ResourceARN(parsing: arn)
        } catch {
            // Backups and exports have the form of a resource, but are none.
            guard arn.hasPrefix("arn:") else { throw .validation(error.message) }
            throw .validation(
                "One or more parameter values were invalid: Provided Arn is not a DynamoDB "
                    + "resource arn: \(arn)")
        }
        return arn
    }
}
