import MartletCatalog
import MartletModel
import Testing

private let later = Timestamp(secondsSince1970: 1_800_000_000)

extension TableDefinition {
    /// Applies a change whose indexes are numbered from 100 on.
    fileprivate func changed(
        isDeletingIndex: Bool = false, _ edit: (inout TableChange) -> Void
    ) throws(CatalogError) -> ChangedDefinition {
        var change = TableChange(name: name)
        edit(&change)
        var nextID: UInt32 = 100
        return try applying(change, now: later, isDeletingIndex: isDeletingIndex) {
            defer { nextID += 1 }
            return nextID
        }
    }

    fileprivate func refusal(_ edit: (inout TableChange) -> Void) -> CatalogError? {
        do throws(CatalogError) {
            _ = try changed(edit)
            return nil
        } catch {
            return error
        }
    }
}

private func invalid(_ text: String) -> CatalogError {
    .validation("One or more parameter values were invalid: " + text)
}

private func creating(_ name: String, _ key: String...) -> GlobalIndexChange {
    .create(
        Requests.index(
            name, key.enumerated().map { Requests.element($1, $0 == 0 ? .hash : .range) }))
}

private func updating(
    _ name: Text, _ provisioned: CapacityUnits? = nil, onDemand: PartialUnits? = nil,
    warm: PartialUnits? = nil
) -> GlobalIndexChange {
    .update(name: name, provisioned: provisioned, onDemand: onDemand, warm: warm)
}

private let oneIndex = CatalogError.limitExceeded(
    "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table"
)

@Suite struct ChangeTests {
    @Test("a change of nothing is refused, attribute definitions alone included")
    func nothing() {
        let message =
            "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates, SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, ReplicaTransitRoleArn, MultiRegionConsistency, DeletionProtectionEnabled, OnDemandThroughput, WarmThroughput or TableClass is required"
        let table = Requests.indexed()
        #expect(table.refusal { _ in } == .validation(message))
        #expect(table.refusal { $0.indexChanges = [] } == .validation(message))
        #expect(table.refusal { $0.onDemand = PartialUnits() } == .validation(message))
        #expect(
            table.refusal { $0.attributeDefinitions = Requests.attributes("pk") }
                == .validation(message))
    }

    @Test("one concern at a time")
    func oneConcern() {
        let table = Requests.indexed()
        let create = creating("byTitle2", "title")
        func refused(_ edit: (inout TableChange) -> Void, _ text: String) {
            #expect(table.refusal(edit) == invalid(text))
        }
        refused(
            {
                $0.isDeletionProtected = true
                $0.billing = .payPerRequest
            }, "DeletionProtection modification must be the only operation in the request")
        refused(
            {
                $0.encryption = EncryptionRequest(isEnabled: true)
                $0.stream = StreamRequest(isEnabled: true, viewType: .keysOnly)
            }, "Server-Side Encryption modification must be the only operation in the request")
        refused(
            {
                $0.tableClass = .standard
                $0.indexChanges = [create]
            }, "TableClass modification must be the only operation in the request")
        refused(
            {
                $0.warm = PartialUnits(read: 13_000)
                $0.billing = .payPerRequest
            }, "WarmThroughput must be the only operation in the request")
        refused(
            {
                $0.warm = PartialUnits(read: 13_000)
                $0.indexChanges = [create]
            }, "Create global secondary index cannot be specified when updating WarmThroughput")
        refused(
            {
                $0.onDemand = PartialUnits(read: 1)
                $0.stream = StreamRequest(isEnabled: true, viewType: .keysOnly)
            }, "OnDemandThroughput can only be combined with BillingMode in an UpdateTable request")
        refused(
            {
                $0.provisioned = Requests.five
                $0.stream = StreamRequest(isEnabled: true, viewType: .keysOnly)
            }, "You cannot modify stream status while updating table IOPS")
        refused(
            {
                $0.provisioned = Requests.five
                $0.indexChanges = [.delete(name: "byYear")]
            }, "You cannot create or delete index while updating table IOPS")
        refused(
            {
                $0.stream = StreamRequest(isEnabled: true, viewType: .keysOnly)
                $0.indexChanges = [.delete(name: "byYear")]
            }, "You cannot create or delete index while changing stream status")
        refused(
            {
                $0.isDeletionProtected = true
                $0.indexChanges = []
            }, "List of GlobalSecondaryIndexUpdates is empty")
        // Billing by request goes with a stream, and with maxima.
        #expect(
            table.refusal {
                $0.billing = .payPerRequest
                $0.stream = StreamRequest(isEnabled: true, viewType: .keysOnly)
            } == nil)
        #expect(
            table.refusal {
                $0.billing = .payPerRequest
                $0.onDemand = PartialUnits(read: 1)
            } == nil)
    }

    @Test("switching to billing by request forgets units and notes when")
    func switchToPayPerRequest() throws {
        let changed = try Requests.provisioned().changed { $0.billing = .payPerRequest }.definition
        #expect(changed.billing == .payPerRequest)
        #expect(changed.lastSwitchToPayPerRequest == later)
        #expect(changed.throughput.provisioned == CapacityUnits(read: 0, write: 0))
        #expect(
            changed.index(named: "byYear")?.throughput?.provisioned
                == CapacityUnits(read: 0, write: 0))
        // Asked for again, it changes nothing, and is no error.
        let again = try changed.changed { $0.billing = .payPerRequest }
        #expect(again.definition == changed)
    }

    @Test("switching to provisioned units needs them for the table and for every index")
    func switchToProvisioned() throws {
        let table = Requests.indexed { $0.onDemand = PartialUnits(read: 9) }
        #expect(
            table.refusal { $0.billing = .provisioned }
                == invalid(
                    "ProvisionedThroughput must be specified when BillingMode is PROVISIONED"))
        #expect(
            table.refusal {
                $0.billing = .provisioned
                $0.provisioned = Requests.five
            } == invalid("ProvisionedThroughput must be specified for index: byYear"))
        let changed = try table.changed {
            $0.billing = .provisioned
            $0.provisioned = Requests.five
            $0.indexChanges = [updating("byYear", Requests.five)]
        }
        #expect(changed.definition.billing == .provisioned)
        #expect(changed.definition.throughput.provisioned == Requests.five)
        #expect(changed.definition.throughput.onDemand == nil)
        #expect(changed.definition.index(named: "byYear")?.throughput?.provisioned == Requests.five)
        #expect(changed.updatedIndexes == ["byYear"])
        #expect(changed.definition.lastSwitchToPayPerRequest == Requests.now)
    }

    @Test("units must fit the billing and must differ")
    func units() throws {
        let neither = invalid(
            "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"
        )
        #expect(Requests.indexed().refusal { $0.provisioned = Requests.five } == neither)
        #expect(
            Requests.provisioned().refusal {
                $0.provisioned = Requests.five
                $0.billing = .payPerRequest
            } == neither)
        #expect(
            Requests.provisioned().refusal { $0.provisioned = Requests.five }
                == .validation(
                    "The provisioned throughput for the table will not change. The requested value equals the current value. Current ReadCapacityUnits provisioned for the table: 5. Requested ReadCapacityUnits: 5. Current WriteCapacityUnits provisioned for the table: 5. Requested WriteCapacityUnits: 5. Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits."
                ))
        let changed = try Requests.provisioned().changed {
            $0.provisioned = CapacityUnits(read: 6, write: 4)
        }.definition
        #expect(changed.throughput.lastIncrease == later)
        #expect(changed.throughput.lastDecrease == later)
        let raised = try Requests.provisioned().changed {
            $0.provisioned = CapacityUnits(read: 6, write: 5)
        }.definition
        #expect(raised.throughput.lastIncrease == later)
        #expect(raised.throughput.lastDecrease == nil)
    }

    @Test("on-demand maxima merge member by member, and -1 takes one away")
    func onDemandMaxima() throws {
        let table = Requests.indexed { $0.onDemand = PartialUnits(read: 1000, write: 500) }
        let changed = try table.changed { $0.onDemand = PartialUnits(read: 2000) }.definition
        #expect(changed.throughput.onDemand == CapacityUnits(read: 2000, write: 500))
        #expect(
            try table.changed { $0.onDemand = PartialUnits(write: -1) }.definition.throughput
                .onDemand == CapacityUnits(read: 1000, write: -1))
        for wrong in [0, -2] {
            #expect(
                table.refusal { $0.onDemand = PartialUnits(write: wrong) }
                    == invalid(
                        "Requested MaxWriteRequestUnits for OnDemandThroughput for table is outside of valid range"
                    ))
        }
        #expect(
            Requests.provisioned().refusal { $0.onDemand = PartialUnits(read: 0) }
                == invalid(
                    "MaxReadRequestUnits for OnDemandThroughput cannot be specified when the table BillingMode is PROVISIONED"
                ))
    }

    @Test("warm throughput only grows")
    func warmThroughput() throws {
        let table = Requests.indexed()
        #expect(
            try table.changed { $0.warm = PartialUnits(read: 12_001) }.definition.throughput.warm
                == CapacityUnits(read: 12_001, write: 4_000))
        #expect(
            table.refusal { $0.warm = PartialUnits(read: 11_999) }
                == invalid(
                    "Requested ReadUnitsPerSecond for WarmThroughput for table is lower than current WarmThroughput, decreasing WarmThroughput is not supported"
                ))
    }

    @Test("a stream is enabled once, disabled once, and not changed while it is on")
    func streams() throws {
        let table = Requests.indexed()
        let on = StreamRequest(isEnabled: true, viewType: .newImage)
        let off = StreamRequest(isEnabled: false)
        let enabled = try table.changed { $0.stream = on }.definition
        #expect(
            enabled.stream == StreamSettings(viewType: .newImage, label: "2027-01-15T08:00:00.000"))
        for again in [on, StreamRequest(isEnabled: true, viewType: .keysOnly)] {
            #expect(
                enabled.refusal { $0.stream = again }
                    == .validation("Table already has an enabled stream: TableName: Music"))
        }
        #expect(try enabled.changed { $0.stream = off }.definition.stream == nil)
        #expect(
            table.refusal { $0.stream = off }
                == .validation("Table has no stream to disable: TableName: Music"))
        #expect(
            table.refusal { $0.stream = StreamRequest(isEnabled: true) }
                == invalid("If stream is being enabled then UpdateViewType is required"))
        #expect(
            table.refusal { $0.stream = StreamRequest(isEnabled: false, viewType: .keysOnly) }
                == invalid("If stream is being disabled, then UpdateViewType must not be specified")
        )
    }

    @Test("protection and class are set; asking again changes nothing")
    func protectionAndClass() throws {
        let table = Requests.indexed()
        #expect(try table.changed { $0.isDeletionProtected = true }.definition.isDeletionProtected)
        let changed = try table.changed { $0.tableClass = .infrequentAccess }.definition
        #expect(changed.tableClass == .infrequentAccess && changed.lastTableClassUpdate == later)
        #expect(try table.changed { $0.tableClass = .standard }.definition == table)
    }

    @Test("encryption with a key is set, replaced and taken back")
    func encryption() throws {
        let table = Requests.indexed()
        #expect(
            table.refusal { $0.encryption = EncryptionRequest(isEnabled: false) }
                == invalid("Table is already encrypted by default"))
        let arn = "arn:aws:kms:us-east-1:1:key/2"
        let keyed = try table.changed {
            $0.encryption = EncryptionRequest(isEnabled: true, type: "KMS", keyID: arn)
        }.definition
        #expect(keyed.encryption == EncryptionSettings(keyARN: arn))
        #expect(
            keyed.refusal {
                $0.encryption = EncryptionRequest(isEnabled: true, type: "KMS", keyID: arn)
            }
                == invalid(
                    "Table is already encrypted with given KMSMasterKeyId. Use KMSMasterKeyId parameter if you want to change Master Key"
                ))
        #expect(
            try keyed.changed { $0.encryption = EncryptionRequest(isEnabled: false) }.definition
                .encryption == nil)
    }
}

@Suite struct IndexChangeTests {
    @Test("an index is created beside the others, to be filled; unused definitions are dropped")
    func creation() throws {
        let changed = try Requests.indexed().changed {
            $0.attributeDefinitions = Requests.attributes("artist", "unused", "pk")
            $0.indexChanges = [creating("byArtist", "artist", "pk")]
        }
        let index = try #require(changed.definition.index(named: "byArtist"))
        #expect(index.status == .creating && index.id == 100 && index.kind == .global)
        #expect(changed.createdIndexes == [index])
        #expect(
            changed.definition.attributeDefinitions.map(\.name)
                == ["pk", "sk", "title", "year", "artist"])
        #expect(changed.changesTable)
    }

    @Test("with an index go the definitions that it alone used")
    func deletion() throws {
        let table = Requests.indexed()
        let changed = try table.changed { $0.indexChanges = [.delete(name: "byYear")] }
        #expect(changed.definition.indexes.map(\.name) == ["byTitle"])
        #expect(changed.deletedIndexes == [table.index(named: "byYear")!])
        #expect(changed.definition.attributeDefinitions.map(\.name) == ["pk", "sk", "title"])
    }

    @Test("an index that is not there is not found; one that is there is not made again")
    func existence() {
        let table = Requests.indexed()
        for change in [GlobalIndexChange.delete(name: "nope"), updating("nope", Requests.five)] {
            #expect(
                table.refusal { $0.indexChanges = [change] }
                    == .resourceNotFound("Requested resource not found: Index nope for table Music")
            )
        }
        for name in ["byYear", "byTitle"] {
            #expect(
                table.refusal {
                    $0.attributeDefinitions = Requests.attributes("title")
                    $0.indexChanges = [creating(name, "title")]
                } == .validation("Attempting to create an index which already exists"))
        }
        #expect(
            table.refusal { $0.indexChanges = [.delete(name: "byTitle")] }
                == .validation("Cannot delete an index that is not a GlobalSecondaryIndex: byTitle")
        )
        #expect(
            table.refusal { $0.indexChanges = [updating("byTitle", Requests.five)] }
                == .validation("Cannot update an index that is not a GlobalSecondaryIndex: byTitle")
        )
    }

    @Test("one index is created or deleted at a time")
    func oneAtATime() throws {
        let table = Requests.indexed()
        #expect(
            table.refusal {
                $0.attributeDefinitions = Requests.attributes("title")
                $0.indexChanges = [creating("new1", "title"), creating("new2", "title")]
            } == oneIndex)
        #expect(
            table.refusal {
                $0.attributeDefinitions = Requests.attributes("title")
                $0.indexChanges = [creating("new1", "title"), .delete(name: "byYear")]
            } == oneIndex)
        let busy = try table.changed {
            $0.attributeDefinitions = Requests.attributes("title")
            $0.indexChanges = [creating("new1", "title")]
        }.definition
        #expect(busy.refusal { $0.indexChanges = [.delete(name: "byYear")] } == oneIndex)
        // The one that is being created may go again.
        #expect(busy.refusal { $0.indexChanges = [.delete(name: "new1")] } == nil)
        #expect(
            busy.refusal {
                $0.attributeDefinitions = Requests.attributes("title")
                $0.indexChanges = [creating("new1", "title")]
            }
                == .resourceInUse(
                    "Attempt to change a resource which is still in use: Index is being created.  Table: Music Index: new1"
                ))
        #expect(throws: oneIndex) {
            try table.changed(isDeletingIndex: true) {
                $0.indexChanges = [.delete(name: "byYear")]
            }
        }
    }

    @Test("one action for each index")
    func duplicates() {
        #expect(
            Requests.indexed().refusal {
                $0.attributeDefinitions = Requests.attributes("title")
                $0.indexChanges = [.delete(name: "byYear"), creating("byYear", "title")]
            }
                == invalid(
                    "Only one global secondary index update per index is allowed simultaneously. Index: byYear"
                ))
    }

    @Test("a new index brings its attribute definitions, and may not redefine any")
    func definitions() {
        let table = Requests.indexed()
        #expect(
            table.refusal { $0.indexChanges = [creating("new", "title")] }
                == invalid("AttributeDefinitions is not specified for index: new"))
        #expect(
            table.refusal {
                $0.attributeDefinitions = Requests.attributes("other")
                $0.indexChanges = [creating("new", "title")]
            }
                == invalid(
                    "Some index key attributes are not defined in AttributeDefinitions. Keys: [title], AttributeDefinitions: [other]"
                ))
        #expect(
            table.refusal {
                $0.attributeDefinitions = [KeyAttribute(name: "pk", type: .number)]
                $0.indexChanges = [creating("new", "pk")]
            }
                == invalid(
                    "Attributes cannot be redefined. Please check that your attribute has the same type as previously defined. Existing schema: Schema:[SchemaElement: key{pk:S:HASH}, SchemaElement: key{sk:S:RANGE}] New schema: Schema:[SchemaElement: key{pk:N:HASH}]"
                ))
    }

    @Test("the twenty-first global index is one too many")
    func tooMany() {
        let table = Requests.indexed { request in
            request.globalIndexes! += (1..<20).map {
                Requests.index("gsi\($0)", Requests.key("sk"))
            }
        }
        #expect(
            table.refusal {
                $0.attributeDefinitions = Requests.attributes("title")
                $0.indexChanges = [creating("gsi20", "title")]
            }
                == .limitExceeded(
                    "Subscriber limit exceeded: Number of global secondary indexes exceeds per-table limit of 20"
                ))
    }

    @Test("capacity of indexes follows the table's billing")
    func capacity() throws {
        let onDemand = Requests.indexed()
        let provisioned = Requests.provisioned()
        #expect(
            onDemand.refusal { $0.indexChanges = [updating("byYear", Requests.five)] }
                == invalid(
                    "The only Updates for index: byYear when TableThroughputMode is PAY_PER_REQUEST can be to OnDemandThroughput, WarmThroughput"
                ))
        #expect(
            try onDemand.changed {
                $0.indexChanges = [updating("byYear", onDemand: PartialUnits(read: 7))]
            }.definition.index(named: "byYear")?.throughput?.onDemand
                == CapacityUnits(read: 7, write: -1))
        #expect(
            provisioned.refusal { $0.indexChanges = [updating("byYear", Requests.five)] }
                == .validation(
                    "The provisioned throughput for the index byYear will not change. The requested value equals the current value. Current ReadCapacityUnits provisioned for index byYear: 5. Requested ReadCapacityUnits: 5. Current WriteCapacityUnits provisioned for index byYear: 5. Requested WriteCapacityUnits: 5. Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits."
                ))
        #expect(
            provisioned.refusal {
                $0.attributeDefinitions = Requests.attributes("title")
                $0.indexChanges = [creating("new", "title")]
            }
                == invalid(
                    "Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: new"
                ))
        #expect(
            onDemand.refusal {
                $0.attributeDefinitions = Requests.attributes("title")
                $0.indexChanges = [
                    .create(
                        Requests.index("new", Requests.key("title"), provisioned: Requests.five))
                ]
            }
                == invalid(
                    "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index: new when BillingMode is PAY_PER_REQUEST"
                ))
    }
}

@Suite struct TagTests {
    @Test("tags are added, or replace those of the same key in their place")
    func merging() throws {
        let tags = [ResourceTag(key: "a", value: "1"), ResourceTag(key: "b", value: "2")]
        let merged = try ResourceTag.merge(
            [ResourceTag(key: "a", value: "3"), ResourceTag(key: "c", value: "")], into: tags)
        #expect(merged.map(\.key) == ["a", "b", "c"])
        #expect(merged.map(\.value) == ["3", "2", ""])
    }

    @Test("a resource holds fifty tags")
    func limit() {
        let fifty = (0..<50).map { ResourceTag(key: "k\($0)", value: "v") }
        #expect(throws: Never.self) {
            try ResourceTag.merge([ResourceTag(key: "k7", value: "new")], into: fifty)
        }
        #expect(
            throws: ValidationError(
                "Number of Tags exceed the current limit for the provided ResourceArn")
        ) { try ResourceTag.merge([ResourceTag(key: "k50", value: "v")], into: fifty) }
    }

    @Test("keys of 128 and values of 256 characters, of the letters of any script")
    func lengths() {
        func isAccepted(_ key: String, _ value: String) -> Bool {
            (try? ResourceTag.check([ResourceTag(key: key, value: value)])) != nil
        }
        #expect(isAccepted(String(repeating: "k", count: 128), String(repeating: "v", count: 256)))
        #expect(!isAccepted(String(repeating: "k", count: 129), "v"))
        #expect(!isAccepted("k", String(repeating: "v", count: 257)))
        #expect(isAccepted("Größe 1", "Привет + - = . _ : / @"))
        #expect(!isAccepted("a{b}", ""))
    }
}
