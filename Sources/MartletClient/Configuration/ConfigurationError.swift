/// Why there is no configuration. Never carries a secret.
public enum ConfigurationError: Error, Sendable, Equatable {
    case unreadableFile(path: String, reason: String)
    /// A line that is no section, pair or comment; counted from 1.
    case malformedLine(path: String, line: Int)
    case unknownProfile(String)
    /// A place has one of key and secret without the other.
    case incompleteCredentials(String)
    /// The profile gets its keys in a way that this client does not have, such as `role_arn`.
    case unsupportedCredentials(profile: String, setting: String)
    case noCredentials
    case noRegion
    /// A variable or a setting with a value that it cannot have.
    case malformedValue(String)
}

extension ConfigurationError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unreadableFile(let path, let reason): "cannot read \(path): \(reason)"
        case .malformedLine(let path, let line):
            "\(path), line \(line), is neither [section] nor name = value"
        case .unknownProfile(let name): "there is no profile \(name)"
        case .incompleteCredentials(let place):
            "\(place) needs both an access key id and a secret access key"
        case .unsupportedCredentials(let profile, let setting):
            "profile \(profile) gets its keys by \(setting), which is not supported; "
                + "`aws configure export-credentials` makes variables of them"
        case .noCredentials:
            "no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile"
        case .noRegion: "no region: set AWS_REGION, or give the profile one"
        case .malformedValue(let name): "\(name) has a value that it cannot have"
        }
    }
}
