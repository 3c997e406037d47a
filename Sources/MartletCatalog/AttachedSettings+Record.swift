// Attached settings within their table's record (`TableDefinition+Record.swift`):
//
//   { policyRevision N?, streamPolicy { label S, document S, revision N }?,
//     insights L of { index S?, enabled BOOL, mode S, since N, updated N },
//     destinations L of { stream S, active BOOL, precision S? },
//     replication S?, disassociation BOOL?, importing BOOL? }
//
// Spec: docs/format/catalog.md.

internal import MartletEncoding
internal import MartletModel

extension AttachedSettings {
    var storedValue: AttributeValue {
        var members: AttributeMap = [
            "insights": .list(insights.map(\.storedValue)),
            "destinations": .list(destinations.map(\.storedValue)),
        ]
        members["policyRevision"] = policyRevision.map(AttributeValue.count)
        members["streamPolicy"] = streamPolicy.map {
            .map([
                "label": .text($0.label), "document": .text($0.document),
                "revision": .count($0.revision),
            ])
        }
        members["replication"] = settingsReplication.map { .text($0.rawValue) }
        members["disassociation"] = isDisassociationProtected.map(AttributeValue.bool)
        if isImporting { members["importing"] = .bool(true) }
        return .map(members)
    }

    init(stored value: AttributeValue) throws(CorruptRecord) {
        var reader = try DefinitionReader(value, "attached settings")
        var insights: [ContributorInsights] = []
        for element in try reader.list("insights") {
            insights.append(try ContributorInsights(stored: element))
        }
        var destinations: [KinesisDestination] = []
        for element in try reader.list("destinations") {
            destinations.append(try KinesisDestination(stored: element))
        }
        var streamPolicy: StreamPolicy?
        if let value = reader.take("streamPolicy") {
            var policy = try DefinitionReader(value, "stream policy")
            streamPolicy = StreamPolicy(
                label: try policy.text("label"), document: try policy.text("document"),
                revision: try policy.integer("revision"))
            try policy.finish()
        }
        self.init(
            policyRevision: try reader.optionalInteger("policyRevision"),
            streamPolicy: streamPolicy, insights: insights, destinations: destinations,
            settingsReplication: try reader.optionalChoice("replication"),
            isDisassociationProtected: try reader.optionalFlag("disassociation"),
            isImporting: try reader.optionalFlag("importing") ?? false)
        try reader.finish()
    }
}

extension ContributorInsights {
    fileprivate var storedValue: AttributeValue {
        var members: AttributeMap = [
            "enabled": .bool(isEnabled), "mode": .text(mode.rawValue), "since": .time(enabled),
            "updated": .time(updated),
        ]
        members["index"] = index.map(AttributeValue.string)
        return .map(members)
    }

    fileprivate init(stored value: AttributeValue) throws(CorruptRecord) {
        var reader = try DefinitionReader(value, "insights")
        guard let enabled = try reader.time("since"), let updated = try reader.time("updated")
        else { throw CorruptRecord("insights: times") }
        self.init(
            index: try reader.optionalText("index").map { Text($0) },
            isEnabled: try reader.flag("enabled"), mode: try reader.choice("mode"),
            enabled: enabled, updated: updated)
        try reader.finish()
    }
}

extension KinesisDestination {
    fileprivate var storedValue: AttributeValue {
        var members: AttributeMap = ["stream": .text(streamARN), "active": .bool(isActive)]
        members["precision"] = precision.map { .text($0.rawValue) }
        return .map(members)
    }

    fileprivate init(stored value: AttributeValue) throws(CorruptRecord) {
        var reader = try DefinitionReader(value, "destination")
        self.init(
            streamARN: try reader.text("stream"), isActive: try reader.flag("active"),
            precision: try reader.optionalChoice("precision"))
        try reader.finish()
    }
}
