// What commands have in common that ask a server instead of opening a data directory: where it is,
// with which keys, and how its answers become a command's.

internal import MartletClient
internal import MartletWire

struct EndpointOptions {
    static let help = """
          --endpoint ENDPOINT     ask a server instead: a URL such as http://localhost:8000, or aws:
                                  what environment and profile say
          --profile NAME          keys and region for it; without one, of AWS_ACCESS_KEY_ID,
                                  AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION or the
                                  default profile
        """

    private var endpoint: String?
    private var profile: String?

    var isGiven: Bool { endpoint != nil }

    /// Takes an option of an endpoint; false for any other.
    mutating func take(
        _ option: String, from arguments: inout Arguments
    ) throws(UsageError) -> Bool {
        switch option {
        case "--endpoint": endpoint = try arguments.value()
        case "--profile": profile = try arguments.value()
        default: return false
        }
        return true
    }

    func check(_ directory: DirectoryOptions) throws(UsageError) {
        if isGiven, directory.namesDirectory {
            throw UsageError("--data and --endpoint exclude each other")
        }
        if profile != nil, !isGiven { throw UsageError("--profile goes with --endpoint") }
    }

    /// - Parameter directory: has the options that are an endpoint's, too.
    func open(_ directory: DirectoryOptions) throws(CommandFailure) -> OpenEndpoint {
        let signals = StopSignals()
        do throws(ConfigurationError) {
            let configuration = try ClientConfiguration.load(
                profile: profile, endpoint: endpoint == "aws" ? nil : endpoint,
                region: directory.region)
            return OpenEndpoint(
                client: try DynamoDBClient(configuration), signals: signals,
                isQuiet: directory.isQuiet)
        } catch {
            throw CommandFailure(error.description)
        }
    }
}

/// A server that a command asks.
struct OpenEndpoint {
    let client: DynamoDBClient
    let signals: StopSignals
    let isQuiet: Bool

    /// Sends a request and reads its answer.
    func call(
        _ operation: String, _ members: [(name: String, value: JSONTree)]
    ) throws(CommandFailure) -> JSONTree {
        var writer = JSONWriter()
        JSONTree.object(members).write(to: &writer)
        let answer: [UInt8]
        do throws(ClientError) {
            answer = try client.send(operation, writer.bytes)
        } catch {
            throw CommandFailure(error.description)
        }
        guard let tree = answer.withUnsafeBufferPointer({ JSONTree($0) }) else {
            throw CommandFailure("\(operation): the answer is no JSON")
        }
        return tree
    }

    /// Asks until `body`, which shows how far it is, says that it is done.
    /// - Throws: when a signal comes first; the failure says what to do then.
    func wait(
        ifStopped advice: String, _ body: (inout ProgressBar) throws(CommandFailure) -> Bool
    ) throws(CommandFailure) {
        var bar = ProgressBar(unit: "items", isQuiet: isQuiet)
        defer { bar.clear() }
        var pause = 20
        while try !body(&bar) {
            guard !signals.wait(atMostMilliseconds: pause) else {
                bar.clear()
                throw CommandFailure("stopped. \(advice)")
            }
            pause = min(pause * 2, 1000)
        }
    }
}

extension JSONTree {
    /// A member of an answer that every such answer has.
    func required(_ name: String) throws(CommandFailure) -> JSONTree {
        guard let value = self[name] else {
            throw CommandFailure("the answer has no \(name)")
        }
        return value
    }

    /// A text that every such answer has.
    func text(_ name: String) throws(CommandFailure) -> String {
        guard let text = try required(name).string else {
            throw CommandFailure("the answer's \(name) is no text")
        }
        return text
    }
}
