import Testing

@testable import MartletClient

@Suite struct ClientConfigurationTests {
    static let config = """
        [default]
        region = eu-west-2
        [profile dev]
        region = us-west-2
        services = local
        endpoint_url = http://everything:1
        [profile plain]
        region = us-west-2
        endpoint_url = http://everything:1
        aws_access_key_id = PLAIN
        aws_secret_access_key = of the config file
        [profile assumed]
        region = us-west-2
        role_arn = arn:aws:iam::1:role/x
        [services local]
        dynamodb =
          endpoint_url = http://tables:2
        """
    static let secrets = """
        [default]
        aws_access_key_id = USUAL
        aws_secret_access_key = usual
        [dev]
        aws_access_key_id = DEV
        aws_secret_access_key = dev
        aws_session_token = token
        [half]
        aws_access_key_id = HALF
        """

    func load(
        _ variables: [String: String] = [:], profile: String? = nil, endpoint: String? = nil,
        region: String? = nil, files: [String: String]? = nil
    ) throws(ConfigurationError) -> ClientConfiguration {
        let files =
            files
            ?? ["/home/.aws/config": Self.config, "/home/.aws/credentials": Self.secrets]
        return try ClientConfiguration.load(
            profile: profile, endpoint: endpoint, region: region,
            variable: { $0 == "HOME" ? "/home" : variables[$0] },
            file: { path throws(ConfigurationError) in files[path] })
    }

    @Test("nothing said: the default profile, and AWS's endpoint for its region")
    func usual() throws {
        let found = try load()
        #expect(found.endpoint == "https://dynamodb.eu-west-2.amazonaws.com")
        #expect(found.region == "eu-west-2")
        #expect(
            found.credentials == ClientCredentials(accessKeyID: "USUAL", secretAccessKey: "usual"))
        #expect(try load(region: "cn-north-1").endpoint.hasSuffix(".cn-north-1.amazonaws.com.cn"))
    }

    @Test("the endpoint comes from the first place that names one")
    func endpoints() throws {
        let both = [
            "AWS_ENDPOINT_URL_DYNAMODB": "http://service:3", "AWS_ENDPOINT_URL": "http://all:4",
        ]
        #expect(try load(both, endpoint: "http://given:5").endpoint == "http://given:5")
        #expect(try load(both, profile: "dev").endpoint == "http://service:3")
        #expect(
            try load(["AWS_ENDPOINT_URL": "http://all:4"], profile: "dev").endpoint
                == "http://all:4")
        #expect(try load(profile: "dev").endpoint == "http://tables:2")
        #expect(try load(profile: "plain").endpoint == "http://everything:1")
        let ignored = both.merging(["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "TRUE"]) { $1 }
        #expect(
            try load(ignored, profile: "dev").endpoint
                == "https://dynamodb.us-west-2.amazonaws.com")
        #expect(try load(ignored, endpoint: "http://given:5").endpoint == "http://given:5")
    }

    @Test("the environment's keys come before a profile's, unless the profile was given")
    func keys() throws {
        let variables = [
            "AWS_ACCESS_KEY_ID": "ENVIRONMENT", "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_SESSION_TOKEN": "session", "AWS_PROFILE": "dev",
        ]
        let environment = try load(variables)
        #expect(environment.credentials.accessKeyID == "ENVIRONMENT")
        #expect(environment.credentials.sessionToken == "session")
        #expect(environment.region == "us-west-2")
        let given = try load(variables, profile: "dev")
        #expect(given.credentials.accessKeyID == "DEV")
        #expect(given.credentials.sessionToken == "token")
        #expect(try load(profile: "plain").credentials.accessKeyID == "PLAIN")
    }

    @Test("the region: given, AWS_REGION, AWS_DEFAULT_REGION, the profile's")
    func regions() throws {
        let both = ["AWS_REGION": "eu-north-1", "AWS_DEFAULT_REGION": "eu-south-1"]
        #expect(try load(both, region: "sa-east-1").region == "sa-east-1")
        #expect(try load(both).region == "eu-north-1")
        #expect(try load(["AWS_DEFAULT_REGION": "eu-south-1"]).region == "eu-south-1")
        #expect(try load(["AWS_REGION": ""]).region == "eu-west-2")
    }

    @Test("files are where the variables say")
    func files() throws {
        let found = try load(
            ["AWS_CONFIG_FILE": "/a", "AWS_SHARED_CREDENTIALS_FILE": "/b"],
            files: [
                "/a": "[profile default]\nregion = r",
                "/b": "[default]\naws_access_key_id = K\naws_secret_access_key = s",
            ])
        #expect(found.region == "r")
        #expect(found.credentials.accessKeyID == "K")
    }

    @Test("an endpoint on this machine needs neither keys nor a region")
    func loopback() throws {
        for endpoint in ["http://localhost:8000", "http://127.0.0.1:1/x", "https://[::1]:8000"] {
            let found = try load(endpoint: endpoint, files: [:])
            #expect(found.credentials == .local)
            #expect(found.region == "us-east-1")
        }
        #expect(throws: ConfigurationError.noCredentials) {
            try load(endpoint: "http://127.evil.example", region: "r", files: [:])
        }
    }

    @Test("what is missing or half there is said")
    func faults() throws {
        #expect(throws: ConfigurationError.unknownProfile("none")) { try load(profile: "none") }
        #expect(throws: ConfigurationError.noRegion) { try load(files: [:]) }
        #expect(throws: ConfigurationError.noCredentials) { try load(region: "r", files: [:]) }
        #expect(throws: ConfigurationError.incompleteCredentials("profile half")) {
            try load(profile: "half", region: "r")
        }
        #expect(
            throws: ConfigurationError.unsupportedCredentials(
                profile: "assumed", setting: "role_arn")
        ) { try load(profile: "assumed") }
        #expect(
            throws: ConfigurationError.malformedLine(path: "/home/.aws/config", line: 1)
        ) { try load(files: ["/home/.aws/config": "nonsense"]) }
    }

    @Test("printing a configuration shows no secret")
    func secrets() throws {
        let found = try load(profile: "dev")
        var dumped = ""
        dump(found, to: &dumped)
        for text in ["\(found)", dumped, String(reflecting: found)] {
            #expect(text.contains("DEV"))
            #expect(!text.contains("token"))
        }
    }

    @Test("an endpoint's parts are those of its URL")
    func urls() throws {
        let plain = try #require(EndpointURL("http://localhost:8000"))
        #expect(plain.url == "http://localhost:8000/")
        #expect(plain.host == "localhost:8000")
        #expect(plain.path == "/")
        let usual = try #require(EndpointURL("HTTPS://Example.com:443/a/b"))
        #expect(usual.host == "Example.com")
        #expect(usual.path == "/a/b")
        #expect(EndpointURL("http://[::1]:80/")?.host == "[::1]")
        #expect(EndpointURL("http://[::1]")?.hostName == "[::1]")
        for wrong in [
            "localhost:8000", "ftp://x", "http://", "http://a b", "http://x:99999", "http://x:y",
            "http://me@x", "http://x/?q", "",
        ] { #expect(EndpointURL(wrong) == nil) }
    }
}
