// Where requests go and who signs them, found where every AWS client looks:
//
//   endpoint     given, AWS_ENDPOINT_URL_DYNAMODB, AWS_ENDPOINT_URL, the profile's service section,
//                the profile's endpoint_url, else AWS's own for the region
//   region       given, AWS_REGION, AWS_DEFAULT_REGION, the profile's
//   credentials  AWS_ACCESS_KEY_ID … unless a profile was given, the profile's in the credentials
//                file, the profile's in the config file; `local` for an endpoint on this machine
//   profile      given, AWS_PROFILE, AWS_DEFAULT_PROFILE, `default`
//   files        AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE, else in ~/.aws; they may be missing
//
// AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true leaves out every endpoint but a given one.

internal import Glibc

/// Where a client's requests go, and who signs them.
public struct ClientConfiguration: Sendable, Equatable {
    /// `https://dynamodb.eu-west-2.amazonaws.com`, `http://localhost:8000`.
    public var endpoint: String
    /// What signatures name.
    public var region: String
    public var credentials: ClientCredentials

    public init(endpoint: String, region: String, credentials: ClientCredentials) {
        self.endpoint = endpoint
        self.region = region
        self.credentials = credentials
    }

    /// The configuration that the environment and the shared files make.
    ///
    /// - Parameters:
    ///   - profile: instead of the one that the environment names; its keys, too, come before the
    ///     environment's.
    ///   - endpoint: instead of the configured one.
    ///   - region: instead of the configured one.
    ///   - credentials: instead of the configured ones.
    public static func load(
        profile: String? = nil, endpoint: String? = nil, region: String? = nil,
        credentials: ClientCredentials? = nil
    ) throws(ConfigurationError) -> ClientConfiguration {
        try load(
            profile: profile, endpoint: endpoint, region: region, credentials: credentials,
            variable: { name in getenv(name).map { String(cString: $0) } }, file: readFile)
    }

    /// - Parameters:
    ///   - variable: of the environment.
    ///   - file: its text; nil when there is none.
    package static func load(
        profile: String?, endpoint: String?, region: String?,
        credentials: ClientCredentials? = nil, variable: (String) -> String?,
        file: (String) throws(ConfigurationError) -> String?
    ) throws(ConfigurationError) -> ClientConfiguration {
        // An empty variable is as good as none.
        func value(_ name: String) -> String? {
            guard let text = variable(name), !text.isEmpty else { return nil }
            return text
        }
        func parsed(_ name: String, _ usual: String) throws(ConfigurationError) -> ProfileFile {
            let path = value(name) ?? (value("HOME") ?? "") + usual
            guard let text = try file(path) else { return ProfileFile() }
            do throws(ProfileFile.MalformedLine) { return try ProfileFile(text) } catch {
                throw .malformedLine(path: path, line: error.number)
            }
        }
        let config = try parsed("AWS_CONFIG_FILE", "/.aws/config")
        let secrets = try parsed("AWS_SHARED_CREDENTIALS_FILE", "/.aws/credentials")
        let named = profile ?? value("AWS_PROFILE") ?? value("AWS_DEFAULT_PROFILE")
        let name = named ?? "default"
        let settings =
            config.sections["profile \(name)"]
            ?? (name == "default" ? config.sections[name] : nil)
        let keys = secrets.sections[name]
        if named != nil, settings == nil, keys == nil { throw .unknownProfile(name) }

        var url = endpoint
        let ignoresSettings = value("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")?.lowercased() == "true"
        if url == nil, !ignoresSettings {
            let services = settings?.values["services"].flatMap {
                config.sections["services \($0)"]
            }
            url =
                value("AWS_ENDPOINT_URL_DYNAMODB") ?? value("AWS_ENDPOINT_URL")
                ?? services?.nested["dynamodb"]?["endpoint_url"]
                ?? settings?.values["endpoint_url"]
        }
        let place =
            region ?? value("AWS_REGION") ?? value("AWS_DEFAULT_REGION")
            ?? settings?.values["region"] ?? keys?.values["region"]
        // Elsewhere than at AWS a region is only a name.
        guard let region = place ?? (url == nil ? nil : "us-east-1") else { throw .noRegion }
        let address = url ?? awsEndpoint(region: region)

        var credentials = credentials
        if credentials == nil, profile == nil {
            credentials = try Self.credentials("the environment (AWS_ACCESS_KEY_ID)") { setting in
                value(setting.uppercased())
            }
        }
        for section in [keys, settings] where credentials == nil {
            credentials = try Self.credentials("profile \(name)") { section?.values[$0] }
        }
        if credentials == nil {
            let others = [
                "role_arn", "sso_session", "sso_start_url", "credential_process",
                "web_identity_token_file",
            ]
            if let other = others.first(where: { settings?.values[$0] != nil }) {
                throw .unsupportedCredentials(profile: name, setting: other)
            }
            if isLoopback(address) { credentials = .local }
        }
        guard let credentials else { throw .noCredentials }
        return ClientConfiguration(endpoint: address, region: region, credentials: credentials)
    }

    private static func credentials(
        _ place: String, _ value: (String) -> String?
    ) throws(ConfigurationError) -> ClientCredentials? {
        let id = value("aws_access_key_id")
        let secret = value("aws_secret_access_key")
        if id == nil && secret == nil { return nil }
        guard let id, let secret else { throw .incompleteCredentials(place) }
        return ClientCredentials(
            accessKeyID: id, secretAccessKey: secret, sessionToken: value("aws_session_token"))
    }

    static func awsEndpoint(region: String) -> String {
        "https://dynamodb.\(region).amazonaws.com" + (region.hasPrefix("cn-") ? ".cn" : "")
    }

    static func isLoopback(_ url: String) -> Bool {
        guard let host = EndpointURL(url)?.hostName else { return false }
        return host == "localhost" || host == "[::1]"
            || host.hasPrefix("127.") && host.allSatisfy { $0 == "." || $0.isNumber }
    }

    /// A small text file; nil when there is none.
    private static func readFile(_ path: String) throws(ConfigurationError) -> String? {
        guard let file = fopen(path, "r") else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw .unreadableFile(path: path, reason: String(cString: strerror(errno)))
        }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&chunk, 1, chunk.count, file), count > 0 {
            bytes.append(contentsOf: chunk[..<count])
            if bytes.count > 16 << 20 {
                throw .unreadableFile(path: path, reason: "it is too large")
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
