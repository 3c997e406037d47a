/// How a client sends.
public struct ClientOptions: Sendable {
    /// Requests under way at a time, and connections kept open. A call beyond them waits.
    public var connectionLimit = 16
    /// To reach the host.
    public var connectTimeout: Duration = .seconds(5)
    /// Of one attempt, from its begin to the answer's end.
    public var requestTimeout: Duration = .seconds(60)
    public var retries = RetryPolicy()
    /// A PEM file of certificate authorities to trust; nil: the system's.
    public var authoritiesPath: String?
    /// The largest answer that is taken. A page of a Scan or a Query has 1 MB of data, which is
    /// several times as long in JSON.
    public var answerBytesLimit = 64 << 20

    public init() {}
}
