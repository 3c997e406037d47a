// What is wrong with an UpdateTable request whatever the table is; checked before it is looked up.
//
// Order of the checks:
//
//    1  each member by itself, reported together
//    2  nothing to change; an empty list of index changes
//    3  changes that the service does not take together
//    4  index changes: one for each index, definitions, keys, projections; vector indexes alike
//    5  billing mode against throughput
//    6  stream, encryption, replication of settings
//    7  replicas (`ReplicaRequest.swift`)

package import MartletModel

extension TableChange {
    /// Checks everything that needs no table.
    package func check() throws(ValidationError) {
        try checkMembers()
        try requireSomething()
        try requireOneConcern()
        try checkIndexChanges()
        try checkVectorIndexChanges()
        try checkBilling()
        try stream?.checkChange()
        try encryption?.check()
        try settingsReplication?.check()
        try replicas?.check()
    }

    private var hasOnDemand: Bool { onDemand?.read != nil || onDemand?.write != nil }

    private func requireSomething() throws(ValidationError) {
        let hasOther =
            billing != nil || provisioned != nil || hasOnDemand || warm != nil
            || tableClass != nil || isDeletionProtected != nil || stream != nil || encryption != nil
            || settingsReplication != nil || isDisassociationProtected != nil || replicas != nil
        let changesIndexes =
            indexChanges?.isEmpty == false || vectorIndexChanges?.isEmpty == false
        guard hasOther || changesIndexes else {
            throw ValidationError(
                "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, "
                    + "GlobalSecondaryIndexUpdates, SSESpecification, ReplicaUpdates, "
                    + "MultiAccountReplicaReady, ReplicaTransitRoleArn, "
                    + (namesConsistency ? "" : "MultiRegionConsistency, ")
                    + "DeletionProtectionEnabled, OnDemandThroughput, WarmThroughput or TableClass "
                    + "is required")
        }
        if let indexChanges, indexChanges.isEmpty {
            throw .invalid("List of GlobalSecondaryIndexUpdates is empty")
        }
        if let vectorIndexChanges, vectorIndexChanges.isEmpty {
            throw .invalid("List of VectorIndexUpdates is empty")
        }
    }

    /// The service changes one thing at a time; only billing, capacity and index updates combine.
    private func requireOneConcern() throws(ValidationError) {
        let capacity = billing != nil || provisioned != nil
        let concerns = [
            capacity, hasOnDemand, warm != nil, tableClass != nil, isDeletionProtected != nil,
            stream != nil, encryption != nil, indexChanges != nil || vectorIndexChanges != nil,
            settingsReplication != nil, isDisassociationProtected != nil, replicas != nil,
        ].count { $0 }
        if let replicas, concerns > 1 {
            throw .invalid(
                replicas.isOfGroup
                    ? "Requests that modify replicas or witnesses must not also modify other fields"
                    : "Replica modification must be the only operation in the request")
        }
        let alone: [(Bool, String)] = [
            (isDeletionProtected != nil, "DeletionProtection modification"),
            (isDisassociationProtected != nil, "DisassociationProtection modification"),
            (encryption != nil, "Server-Side Encryption modification"),
            (tableClass != nil, "TableClass modification"),
        ]
        for (isAsked, name) in alone where isAsked && concerns > 1 {
            throw .invalid("\(name) must be the only operation in the request")
        }
        let createsIndex = (indexChanges ?? []).contains {
            if case .create = $0 { true } else { false }
        }
        let changesIndexes =
            vectorIndexChanges != nil
            || (indexChanges ?? []).contains {
                if case .update = $0 { false } else { true }
            }
        if warm != nil, concerns > 1 {
            throw .invalid(
                createsIndex
                    ? "Create global secondary index cannot be specified when updating WarmThroughput"
                    : "WarmThroughput must be the only operation in the request")
        }
        let hasIndexChanges = indexChanges != nil || vectorIndexChanges != nil
        if hasOnDemand, stream != nil || provisioned != nil || hasIndexChanges {
            // Provisioned units have a text of their own, which depends on the table's billing.
            guard provisioned != nil, stream == nil, !hasIndexChanges else {
                throw .invalid(
                    "OnDemandThroughput can only be combined with BillingMode "
                        + "in an UpdateTable request")
            }
        }
        let updatesUnits = provisioned != nil
        if stream != nil, updatesUnits {
            throw .invalid("You cannot modify stream status while updating table IOPS")
        }
        if changesIndexes, updatesUnits {
            throw .invalid("You cannot create or delete index while updating table IOPS")
        }
        if changesIndexes, stream != nil {
            throw .invalid("You cannot create or delete index while changing stream status")
        }
    }

    private func checkIndexChanges() throws(ValidationError) {
        var names: Set<Text> = []
        for change in indexChanges ?? [] where !names.insert(change.indexName).inserted {
            throw .invalid(
                "Only one global secondary index update per index is allowed simultaneously. "
                    + "Index: \(change.indexName)")
        }
        for case .create(let index) in indexChanges ?? [] {
            guard let attributeDefinitions else {
                throw .invalid("AttributeDefinitions is not specified for index: \(index.name)")
            }
            try attributeDefinitions.requireDistinctNames()
            _ = try KeySchema(multiple: index.keySchema, definedBy: attributeDefinitions)
            _ = try Projection(checking: index.projection)
        }
    }

    private func checkVectorIndexChanges() throws(ValidationError) {
        for case .create(let index) in vectorIndexChanges ?? [] {
            try attributeDefinitions?.requireDistinctNames()
            _ = try index.definition(attributeDefinitions ?? [])
        }
    }

    private func checkBilling() throws(ValidationError) {
        switch (billing, provisioned) {
        case (.payPerRequest, _?): throw ThroughputSettings.noUnitsOnDemand
        case (.provisioned, nil):
            throw .invalid(
                "ProvisionedThroughput must be specified when BillingMode is PROVISIONED")
        default: try ThroughputSettings.requireBounds(provisioned)
        }
    }
}

extension GlobalIndexChange {
    package var indexName: Text {
        switch self {
        case .create(let index): index.name
        case .update(let name, _, _, _), .delete(let name): name
        }
    }
}

extension VectorIndexChange {
    package var indexName: Text {
        switch self {
        case .create(let index): index.name
        case .delete(let name): name
        }
    }
}

extension StreamRequest {
    fileprivate func checkChange() throws(ValidationError) {
        switch (isEnabled, viewType) {
        case (true, nil):
            throw .invalid("If stream is being enabled then UpdateViewType is required")
        case (false, _?):
            throw .invalid("If stream is being disabled, then UpdateViewType must not be specified")
        default: break
        }
    }
}
