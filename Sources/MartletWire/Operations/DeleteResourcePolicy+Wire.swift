// Order: docs/operations/DeleteResourcePolicy.md.

internal import MartletCatalog
package import MartletEngine

extension DeleteResourcePolicy: WireOperation {
    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<DeleteResourcePolicy> {
        var members = PolicyMembers()
        try readBody(body) { reader, progress throws(WireError) in
            while let name = try reader.nextMember(&progress) {
                try members.read(name, from: &reader)
            }
        }
        var checks = MemberChecks()
        members.check(&checks)
        try checks.check()
        return DecodedRequest(
            DeleteResourcePolicy(
                resourceARN: try members.checkedARN(), expectedRevision: members.expectedRevision)
        )
    }

    package static func encode(
        _ output: Output, for request: DecodedRequest<DeleteResourcePolicy>,
        into writer: inout JSONWriter
    ) {
        writer.beginObject()
        if let revision = output.revision {
            writer.member("RevisionId")
            writer.string(String(revision))
        }
        writer.endObject()
    }
}
