// The settings that CreateTable and UpdateTable share.

internal import MartletCatalog

struct TableSettingMembers {
    var billingMode: String?
    var provisioned: UnitsMembers?
    var onDemand: UnitsMembers?
    var warm: UnitsMembers?
    var tableClass: String?
    var isDeletionProtected: Bool?
    var stream: (isEnabled: Bool?, viewType: String?)?
    var encryption: (isEnabled: Bool?, type: String?, keyID: String?)?
    var settingsReplication: String?

    /// Reads a setting; false for any other member, which is then unread.
    mutating func read(
        _ name: JSONString, from reader: inout JSONReader
    ) throws(WireError) -> Bool {
        switch name {
        case "BillingMode": billingMode = try reader.readOptionalString()
        case "ProvisionedThroughput":
            provisioned = try UnitsMembers.readProvisioned(from: &reader)
        case "OnDemandThroughput": onDemand = try UnitsMembers.readOnDemand(from: &reader)
        case "WarmThroughput": warm = try UnitsMembers.readWarm(from: &reader)
        case "TableClass": tableClass = try reader.readOptionalString()
        case "DeletionProtectionEnabled": isDeletionProtected = try reader.readOptionalBool()
        case "StreamSpecification": try readStream(from: &reader)
        case "SSESpecification": try readEncryption(from: &reader)
        case "GlobalTableSettingsReplicationMode":
            settingsReplication = try reader.readOptionalString()
        default: return false
        }
        return true
    }

    private mutating func readStream(from reader: inout JSONReader) throws(WireError) {
        stream = nil
        guard var progress = try reader.beginStructure("StreamSpecification") else { return }
        var stream: (isEnabled: Bool?, viewType: String?) = (nil, nil)
        while let name = try reader.nextMember(&progress) {
            switch name {
            case "StreamEnabled": stream.isEnabled = try reader.readOptionalBool()
            case "StreamViewType": stream.viewType = try reader.readOptionalString()
            default: try reader.skipValue()
            }
        }
        self.stream = stream
    }

    mutating func readEncryption(from reader: inout JSONReader) throws(WireError) {
        encryption = nil
        guard var progress = try reader.beginStructure("SSESpecification") else { return }
        var encryption: (isEnabled: Bool?, type: String?, keyID: String?) = (nil, nil, nil)
        while let name = try reader.nextMember(&progress) {
            switch name {
            case "Enabled": encryption.isEnabled = try reader.readOptionalBool()
            case "SSEType": encryption.type = try reader.readOptionalString()
            case "KMSMasterKeyId": encryption.keyID = try reader.readOptionalString()
            default: try reader.skipValue()
            }
        }
        self.encryption = encryption
    }

    // MARK: Checking

    func billing(_ checks: inout MemberChecks) -> BillingMode? {
        let mode = checks.choice(billingMode, of: .billingMode, at: "billingMode")
        provisioned?.check(&checks, at: "provisionedThroughput")
        return mode
    }

    /// What stands at the end of the request.
    func tableClass(_ checks: inout MemberChecks) -> TableClass? {
        checks.choice(tableClass, of: .tableClass, at: "tableClass")
    }

    func stream(_ checks: inout MemberChecks) -> StreamRequest? {
        guard let stream else { return nil }
        checks.require(stream.isEnabled != nil, at: "streamSpecification.streamEnabled")
        let viewType = checks.choice(
            stream.viewType, of: .streamViewType, at: "streamSpecification.streamViewType")
        return StreamRequest(isEnabled: stream.isEnabled ?? false, viewType: viewType)
    }

    func settingsReplication(_ checks: inout MemberChecks) -> SettingsReplication? {
        checks.choice(
            settingsReplication, of: .settingsReplication,
            at: "globalTableSettingsReplicationMode")
    }

    func encryption(
        _ checks: inout MemberChecks, at path: String = "sSESpecification"
    ) -> EncryptionRequest? {
        guard let encryption else { return nil }
        let type = checks.choice(
            encryption.type, of: .encryptionType, at: path + ".sSEType")
        return EncryptionRequest(
            isEnabled: encryption.isEnabled, type: type, keyID: encryption.keyID)
    }
}
