// What is kept for a table on behalf of services that are not here, beside its definition: none of
// it changes how the table works. A table that has none of it is stored as if there were no such
// thing. Values are immutable snapshots, as the definition is.

public import MartletModel

public struct AttachedSettings: Hashable, Sendable {
    /// When the table's resource policy was last put, in milliseconds since 1970; nil while it is
    /// the one that the table was created with.
    public var policyRevision: Int?
    public var streamPolicy: StreamPolicy?
    /// Of the table and of its global indexes: those that were ever switched on.
    public var insights: [ContributorInsights]
    /// The latest first.
    public var destinations: [KinesisDestination]
    public var settingsReplication: SettingsReplication?
    public var isDisassociationProtected: Bool?
    /// The table is being filled by an import; until that ends, it is not to be used.
    public var isImporting: Bool

    public init(
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

    public var isEmpty: Bool { self == AttachedSettings() }

    /// The setting of the table (nil) or of an index.
    package func insights(of index: Text?) -> ContributorInsights? {
        insights.first { $0.index == index }
    }
}

/// The policy of a stream, which ends with the stream.
public struct StreamPolicy: Hashable, Sendable {
    /// The stream's label, as its ARN ends.
    public var label: String
    public var document: String
    /// As `AttachedSettings.policyRevision`.
    public var revision: Int

    public init(label: String, document: String, revision: Int) {
        self.label = label
        self.document = document
        self.revision = revision
    }
}

public struct ContributorInsights: Hashable, Sendable {
    public enum Mode: String, Hashable, Sendable {
        case accessedAndThrottled = "ACCESSED_AND_THROTTLED_KEYS"
        case throttled = "THROTTLED_KEYS"
    }

    /// nil: of the table itself.
    public var index: Text?
    public var isEnabled: Bool
    public var mode: Mode
    /// When it was last switched on; the names of its rules end with it.
    public var enabled: Timestamp
    public var updated: Timestamp

    public init(
        index: Text?, isEnabled: Bool, mode: Mode, enabled: Timestamp, updated: Timestamp
    ) {
        self.index = index
        self.isEnabled = isEnabled
        self.mode = mode
        self.enabled = enabled
        self.updated = updated
    }
}

public struct KinesisDestination: Hashable, Sendable {
    public enum Precision: String, Hashable, Sendable {
        case millisecond = "MILLISECOND"
        case microsecond = "MICROSECOND"
    }

    public var streamARN: String
    public var isActive: Bool
    /// nil while nobody has said: milliseconds then.
    public var precision: Precision?

    public init(streamARN: String, isActive: Bool = true, precision: Precision? = nil) {
        self.streamARN = streamARN
        self.isActive = isActive
        self.precision = precision
    }
}

/// Whether a table's settings would go to replicas in other accounts.
public enum SettingsReplication: String, Hashable, Sendable {
    case enabled = "ENABLED"
    case disabled = "DISABLED"
    /// What the service says of replicas in one account; cannot be asked for.
    case enabledWithOverrides = "ENABLED_WITH_OVERRIDES"
}
