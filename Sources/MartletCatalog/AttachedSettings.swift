// What is kept for a table on behalf of services that are not here, beside its definition: none of
// it changes how the table works. A table that has none of it is stored as if there were no such
// thing. Values are immutable snapshots, as the definition is.

package import MartletModel

package struct AttachedSettings: Hashable, Sendable {
    /// When the table's resource policy was last put, in milliseconds since 1970; nil while it is
    /// the one that the table was created with.
    package var policyRevision: Int?
    package var streamPolicy: StreamPolicy?
    /// Of the table and of its global indexes: those that were ever switched on.
    package var insights: [ContributorInsights]
    /// The latest first.
    package var destinations: [KinesisDestination]
    package var settingsReplication: SettingsReplication?
    package var isDisassociationProtected: Bool?
    /// The table is being filled by an import; until that ends, it is not to be used.
    package var isImporting: Bool

    package init(
        policyRevision: Int? = nil, streamPolicy: StreamPolicy? = nil,
        insights: [ContributorInsights] = [], destinations: [KinesisDestination] = [],
        settingsReplication: SettingsReplication? = nil, isDisassociationProtected: Bool? = nil,
        isImporting: Bool = false
    ) {
        self.policyRevision = policyRevision
        self.streamPolicy = streamPolicy
        self.insights = insights
        self.destinations = destinations
        self.settingsReplication = settingsReplication
        self.isDisassociationProtected = isDisassociationProtected
        self.isImporting = isImporting
    }

    package var isEmpty: Bool { self == AttachedSettings() }

    /// The setting of the table (nil) or of an index.
    package func insights(of index: Text?) -> ContributorInsights? {
        insights.first { $0.index == index }
    }
}

/// The policy of a stream, which ends with the stream.
package struct StreamPolicy: Hashable, Sendable {
    /// The stream's label, as its ARN ends.
    package var label: String
    package var document: String
    /// As `AttachedSettings.policyRevision`.
    package var revision: Int

    package init(label: String, document: String, revision: Int) {
        self.label = label
        self.document = document
        self.revision = revision
    }
}

package struct ContributorInsights: Hashable, Sendable {
    package enum Mode: String, Hashable, Sendable {
        case accessedAndThrottled = "ACCESSED_AND_THROTTLED_KEYS"
        case throttled = "THROTTLED_KEYS"
    }

    /// nil: of the table itself.
    package var index: Text?
    package var isEnabled: Bool
    package var mode: Mode
    /// When it was last switched on; the names of its rules end with it.
    package var enabled: Timestamp
    package var updated: Timestamp

    package init(
        index: Text?, isEnabled: Bool, mode: Mode, enabled: Timestamp, updated: Timestamp
    ) {
        self.index = index
        self.isEnabled = isEnabled
        self.mode = mode
        self.enabled = enabled
        self.updated = updated
    }
}

package struct KinesisDestination: Hashable, Sendable {
    package enum Precision: String, Hashable, Sendable {
        case millisecond = "MILLISECOND"
        case microsecond = "MICROSECOND"
    }

    package var streamARN: String
    package var isActive: Bool
    /// nil while nobody has said: milliseconds then.
    package var precision: Precision?

    package init(streamARN: String, isActive: Bool = true, precision: Precision? = nil) {
        self.streamARN = streamARN
        self.isActive = isActive
        self.precision = precision
    }
}

/// Whether a table's settings would go to replicas in other accounts.
package enum SettingsReplication: String, Hashable, Sendable {
    case enabled = "ENABLED"
    case disabled = "DISABLED"
    /// What the service says of replicas in one account; cannot be asked for.
    case enabledWithOverrides = "ENABLED_WITH_OVERRIDES"
}
