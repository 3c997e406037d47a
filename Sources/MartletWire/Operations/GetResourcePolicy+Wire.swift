// Order: docs/operations/GetResourcePolicy.md.

internal import MartletCatalog
package import MartletEngine

extension GetResourcePolicy: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<GetResourcePolicy> {
        var members = PolicyMembers()
        try readBody(body) { reader, progress throws(WireError) in
            while let name = try reader.nextMember(&progress) {
                try members.read(name, from: &reader)
            }
        }
        var checks = MemberChecks()
        members.check(&checks)
        try checks.check()
        return DecodedRequest(GetResourcePolicy(resourceARN: try members.checkedARN()))
    }

    package static func encode(
        _ output: KeptPolicy, for request: DecodedRequest<GetResourcePolicy>,
        into writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.member("Policy")
        writer.string(PolicyDocument.answered(output.document))
        writer.member("RevisionId")
        writer.string(String(output.revision))
        writer.endObject()
    }
}
