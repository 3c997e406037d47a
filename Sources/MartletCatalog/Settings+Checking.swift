// Streams, encryption and tags as requests give them.

package import MartletModel

extension StreamSettings {
    /// The stream that a new table begins with, if any.
    static func created(_ request: StreamRequest?, now: Timestamp) throws(ValidationError)
        -> StreamSettings?
    {
        guard let request else { return nil }
        switch (request.isEnabled, request.viewType) {
        case (true, nil):
            throw .invalid(
                "Table is being created with a stream enabled, UpdateViewType is required")
        case (false, _?):
            throw .invalid(
                "Table is being created with a stream disabled, UpdateViewType should not be specified"
            )
        case (true, let viewType?):
            return StreamSettings(viewType: viewType, label: now.streamLabel)
        case (false, nil): return nil
        }
    }
}

extension EncryptionRequest {
    /// Members that contradict each other.
    func check() throws(ValidationError) {
        if isEnabled == false {
            if type != nil { throw .invalid("SSEType can not be specified if Enabled is false") }
            if keyID != nil {
                throw .invalid("KMSMasterKeyId can not be specified if Enabled is false")
            }
        }
        if type == "AES256" { throw .invalid("SSEType AES256 is not supported") }
        if keyID != nil, type == nil {
            throw .invalid("SSEType KMS is required if KMSMasterKeyId is specified")
        }
    }

    /// Whether a key of the account is asked for; `{}` asks for nothing.
    var asksForKey: Bool { isEnabled ?? (type != nil) }

    /// The key's ARN: as sent, or made of the identifier or alias that was sent. Without one, the
    /// key that the service keeps for the account.
    func keyARN(owner: ResourceOwner) -> String {
        let prefix = "arn:aws:kms:\(owner.region):\(owner.account):"
        guard let keyID else { return prefix + "alias/aws/dynamodb" }
        if keyID.hasPrefix("arn:") { return keyID }
        return prefix + (keyID.hasPrefix("alias/") ? keyID : "key/" + keyID)
    }
}

extension ResourceTag {
    private static let keyCharacters = 1...128
    private static let valueCharacters = 0...256

    /// Checks tags that a request brings.
    package static func check(_ tags: [ResourceTag]) throws(ValidationError) {
        var keys: Set<Text> = []
        for tag in tags {
            guard keyCharacters.contains(tag.key.unicodeScalars.count), isAllowed(tag.key) else {
                throw ValidationError("The Tag Key provided is invalid, Key: \(tag.key)")
            }
            guard !tag.key.lowercased().hasPrefix("aws:") else {
                throw ValidationError("Tag Key cannot be prefixed with aws:, Key: \(tag.key)")
            }
            guard valueCharacters.contains(tag.value.unicodeScalars.count), isAllowed(tag.value)
            else {
                throw ValidationError("The Tag Value provided is invalid, Value: \(tag.value)")
            }
            guard keys.insert(Text(tag.key)).inserted else {
                throw ValidationError(
                    "Duplicate Tag Keys provided as input: Duplicate Tag Key found \(tag.key)")
            }
        }
        guard tags.count <= Limits.tagsPerResource else { throw tooMany }
    }

    private static let tooMany = ValidationError(
        "Number of Tags exceed the current limit for the provided ResourceArn")

    /// Letters, numbers and spaces of any script, and `+ - = . _ : / @`.
    private static func isAllowed(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            switch scalar {
            case "+", "-", "=", ".", "_", ":", "/", "@": true
            default:
                switch scalar.properties.generalCategory {
                case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter,
                    .otherLetter, .decimalNumber, .letterNumber, .otherNumber, .spaceSeparator:
                    true
                default: false
                }
            }
        }
    }

    /// These tags with `changes` added, or put in the place of those with the same key.
    package static func merge(_ changes: [ResourceTag], into tags: [ResourceTag])
        throws(ValidationError) -> [ResourceTag]
    {
        try check(changes)
        var merged = tags
        for change in changes {
            // Keys are told apart by their bytes, as all names are.
            if let place = merged.firstIndex(where: { Text($0.key) == Text(change.key) }) {
                merged[place] = change
            } else {
                merged.append(change)
            }
        }
        guard merged.count <= Limits.tagsPerResource else { throw tooMany }
        return merged
    }
}
