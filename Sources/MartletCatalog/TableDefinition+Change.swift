// From an UpdateTable request to a new definition. `TableChange.check` comes first; here is what
// depends on the table. Nothing is changed in place: on an error the old definition stands.

package import MartletModel

/// A definition after UpdateTable, and what is left to do for its indexes.
package struct ChangedDefinition: Sendable {
    package var definition: TableDefinition
    /// In the definition, with status `.creating`: to be filled.
    package var createdIndexes: [IndexDefinition] = []
    /// No longer in the definition: rows to be dropped.
    package var deletedIndexes: [IndexDefinition] = []
    /// The same of vector indexes.
    package var createdVectorIndexes: [VectorIndexDefinition] = []
    package var deletedVectorIndexes: [VectorIndexDefinition] = []
    /// Global indexes whose settings changed.
    package var updatedIndexes: [Text] = []
    /// Whether the service would answer the table as UPDATING.
    package var changesTable = false
}

extension TableDefinition {
    /// Checks a change against this table and applies it.
    ///
    /// - Parameters:
    ///   - isDeletingIndex: whether the rows of a deleted index are still being dropped.
    ///   - makeIndexID: called once for each index to create.
    package func applying(
        _ change: TableChange, now: Timestamp, owner: ResourceOwner = .local,
        isDeletingIndex: Bool = false, makeIndexID: () -> UInt32
    ) throws(CatalogError) -> ChangedDefinition {
        do throws(ValidationError) {
            try change.check()
        } catch {
            throw CatalogError(error)
        }
        if let replicas = change.replicas { throw CatalogError(replicas.refusal(in: owner.region)) }
        var changed = ChangedDefinition(definition: self)
        do throws(ValidationError) {
            try changed.definition.changeCapacity(change, now: now)
            try changed.definition.changeStream(change.stream, now: now)
            try changed.definition.changeEncryption(change.encryption, owner: owner)
        } catch {
            throw CatalogError(error)
        }
        if let tableClass = change.tableClass, tableClass != self.tableClass {
            changed.definition.tableClass = tableClass
            changed.definition.lastTableClassUpdate = now
        }
        if let isProtected = change.isDeletionProtected {
            changed.definition.isDeletionProtected = isProtected
        }
        if let replication = change.settingsReplication {
            changed.definition.attached.settingsReplication = replication
        }
        if let isProtected = change.isDisassociationProtected {
            changed.definition.attached.isDisassociationProtected = isProtected
        }
        try changed.changeIndexes(
            change, of: self, now: now, isDeletingIndex: isDeletingIndex, makeIndexID: makeIndexID)
        changed.changesTable =
            change.billing != nil || change.provisioned != nil || change.stream != nil
            || change.tableClass != nil || !changed.createdIndexes.isEmpty
            || !changed.deletedIndexes.isEmpty || !changed.createdVectorIndexes.isEmpty
            || !changed.deletedVectorIndexes.isEmpty
        return changed
    }

    private mutating func changeCapacity(
        _ change: TableChange, now: Timestamp
    ) throws(ValidationError) {
        let old = billing
        billing = change.billing ?? billing
        guard billing == .payPerRequest || vectorIndexes.isEmpty else {
            throw VectorIndexDefinition.needsRequestBilling
        }
        if let units = change.provisioned {
            guard billing == .provisioned else { throw ThroughputSettings.noUnitsOnDemand }
            try throughput.provision(units, for: .table, now: now)
        }
        try ThroughputSettings.requireOnDemand(
            change.onDemand, billing, .table, least: -1,
            table: "the table BillingMode is PROVISIONED")
        throughput.onDemand = ThroughputSettings.merged(change.onDemand, over: throughput.onDemand)
        throughput.warm = try throughput.warmed(change.warm, for: .table, billing: billing)
        guard billing != old else { return }
        if billing == .payPerRequest {
            lastSwitchToPayPerRequest = now
            throughput.provisioned = CapacityUnits(read: 0, write: 0)
            for index in indexes.indices where indexes[index].kind == .global {
                indexes[index].throughput?.provisioned = CapacityUnits(read: 0, write: 0)
            }
        } else {
            throughput.onDemand = nil
            for index in indexes.indices { indexes[index].throughput?.onDemand = nil }
            let updated = (change.indexChanges ?? []).compactMap { entry -> Text? in
                if case .update(let name, _?, _, _) = entry { name } else { nil }
            }
            let missing = globalIndexes.map(\.name).filter { !updated.contains($0) }
            guard missing.isEmpty else {
                throw .invalid(
                    "ProvisionedThroughput must be specified for index: "
                        + missing.map(\.string).joined(separator: ","))
            }
        }
    }

    private mutating func changeStream(
        _ request: StreamRequest?, now: Timestamp
    ) throws(ValidationError) {
        guard let request else { return }
        if request.isEnabled, let viewType = request.viewType {
            guard stream == nil else {
                throw ValidationError("Table already has an enabled stream: TableName: \(name)")
            }
            stream = StreamSettings(viewType: viewType, label: now.streamLabel)
        } else {
            guard stream != nil else {
                throw ValidationError("Table has no stream to disable: TableName: \(name)")
            }
            stream = nil
            attached.streamPolicy = nil
        }
    }

    private mutating func changeEncryption(
        _ request: EncryptionRequest?, owner: ResourceOwner
    ) throws(ValidationError) {
        guard let request else { return }
        guard request.asksForKey else {
            guard encryption != nil else { throw .invalid("Table is already encrypted by default") }
            encryption = nil
            return
        }
        if let keyID = request.keyID, keyID == encryption?.keyARN {
            throw .invalid(
                "Table is already encrypted with given KMSMasterKeyId. "
                    + "Use KMSMasterKeyId parameter if you want to change Master Key")
        }
        encryption = EncryptionSettings(keyARN: request.keyARN(owner: owner))
    }
}
