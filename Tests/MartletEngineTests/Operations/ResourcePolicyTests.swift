import MartletCatalog
import MartletEngine
import MartletModel
import MartletTestSupport
import Testing

private let tableARN = "arn:aws:dynamodb:us-east-1:000000000000:table/Tab"
private let missing =
    "policy not found: Resource-based policy not found for the provided ResourceArn: "

@Suite struct ResourcePolicyTests {
    private func put(
        _ document: String, _ expected: String? = nil, in database: TestDatabase
    ) throws -> Int {
        try database.engine.run(
            PutResourcePolicy(
                resourceARN: tableARN, document: document, expectedRevision: expected)
        ).revision
    }

    @Test("each change has a later revision, even within a millisecond; no change has none")
    func revisions() throws {
        let database = try TestDatabase(.orders)
        var last = 0
        for document in ["a", "b", "a", "b", "c"] {
            let revision = try put(document, in: database)
            #expect(revision > last)
            #expect(try put(document, in: database) == revision)
            last = revision
        }
        let reopened = try database.reopened()
        let kept = try reopened.engine.run(GetResourcePolicy(resourceARN: tableARN))
        #expect(kept == KeptPolicy(document: "c", revision: last))
        #expect(try reopened.findings() == [])
    }

    @Test("of two that expect the same revision, one is refused, and changes nothing")
    func expectations() throws {
        let database = try TestDatabase(.orders)
        let first = try put("a", "NO_POLICY", in: database)
        let second = try put("b", String(first), in: database)
        let before = database.dump()
        for (expected, text) in [
            (
                String(first),
                "Requested update for policy with revision id \(first), but the policy associated "
                    + "to target table Tab has revision id \(second)."
            ),
            (
                "NO_POLICY",
                "Requested policy update expecting none to be present for table Tab, but a policy "
                    + "exists with revision id \(second)."
            ),
        ] {
            #expect(failure { try put("c", expected, in: database) } == missing + text)
            #expect(
                failure {
                    try database.engine.run(
                        DeleteResourcePolicy(
                            resourceARN: tableARN, expectedRevision: expected))
                } == missing + text)
        }
        #expect(database.dump() == before)
    }

    @Test("a policy that came with the table has the table's age; deleted, it leaves nothing")
    func creation() throws {
        var request = TableRequest.orders
        request.resourcePolicy = "a"
        let database = try TestDatabase(request)
        let created = try database.definition().created.secondsSince1970
        let kept = try database.engine.run(GetResourcePolicy(resourceARN: tableARN))
        #expect(kept == KeptPolicy(document: "a", revision: Int(created * 1000)))
        let deletion = DeleteResourcePolicy(resourceARN: tableARN)
        #expect(try database.engine.run(deletion).revision == kept.revision)
        #expect(try database.engine.run(deletion).revision == nil)
        #expect(try database.definition().resourcePolicy == nil)
        #expect(try database.definition().attached.isEmpty)
        #expect(
            failure { try database.engine.run(GetResourcePolicy(resourceARN: tableARN)) }
                == missing + tableARN)
    }
}
