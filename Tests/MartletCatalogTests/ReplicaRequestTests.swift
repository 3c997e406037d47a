import MartletCatalog
import MartletModel
import Testing

@Suite struct ReplicaRequestTests {
    private func refusal(_ replicas: ReplicaChange?, _ edit: (inout TableChange) -> Void = { _ in })
        -> String?
    {
        var change = TableChange(name: "Music", replicas: replicas)
        edit(&change)
        do throws(CatalogError) {
            _ = try Requests.indexed().applying(change, now: Requests.now) { 99 }
            return nil
        } catch {
            guard case .validation(let text) = error else { return "\(error)" }
            return text
        }
    }

    @Test(
        "a region that is not the server's is not supported, and its own has no replica",
        arguments: [
            ReplicaRequest(created: "r"), ReplicaRequest(updated: "r", updatesAnything: true),
            ReplicaRequest(deleted: "r"), ReplicaRequest(disassociated: "r"),
        ])
    func oneRegion(replica: ReplicaRequest) {
        #expect(
            refusal(ReplicaChange(replicas: [replica]))
                == "Region r is not supported. The latest version of global tables are only "
                + "supported in the following regions: [us-east-1]")
        #expect(
            refusal(ReplicaChange(replicas: [ReplicaRequest(created: "us-east-1")]))
                == "Cannot add or delete the local region through ReplicaUpdates. Use CreateTable, "
                + "DeleteTable, or UpdateTable as required.")
    }

    @Test("a strong group is complete with two replicas, or one and a witness")
    func strongGroups() {
        let one = ReplicaRequest(created: "a")
        let unsupported =
            "Unsupported replica count for global tables with MultiRegionConsistency set to STRONG."
        for (replicas, witnesses, isComplete) in [
            ([one], [], false), ([one, ReplicaRequest(created: "b")], [], true),
            ([one], ["w"], true), ([one, ReplicaRequest(created: "b")], ["w"], false),
        ] as [([ReplicaRequest], [String], Bool)] {
            let text = refusal(
                ReplicaChange(replicas: replicas, consistency: .strong, witnesses: witnesses))
            #expect((text == unsupported) == !isComplete)
            #expect(text?.hasPrefix("Region a is not supported.") == isComplete)
        }
    }

    @Test("replicas come alone")
    func alone() {
        #expect(
            refusal(ReplicaChange(replicas: [ReplicaRequest(created: "a")])) {
                $0.isDeletionProtected = true
            }
                == "One or more parameter values were invalid: Replica modification must be the "
                + "only operation in the request")
    }
}
