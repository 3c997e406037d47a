import Testing

@testable import MartletClient

/// Real sockets and real pauses, short ones; nothing is said about how long anything takes.
@Suite struct MisbehavingEndpointTests {
    func client(
        _ url: String, attempts: Int = 3, _ change: (inout ClientOptions) -> Void = { _ in }
    ) throws -> DynamoDBClient {
        var options = ClientOptions()
        options.retries.attempts = attempts
        options.retries.base = .milliseconds(2)
        change(&options)
        return try DynamoDBClient(
            ClientConfiguration(endpoint: url, region: "r", credentials: .local), options: options)
    }

    @Test("throttling, 500, a cut connection and half an answer are got over")
    func recovers() async throws {
        let throttled = "{\"__type\":\"x#ProvisionedThroughputExceededException\"}"
        for step in [
            FakeEndpoint.Step.answer(status: 400, throttled), .answer(status: 500, "{}"), .cut,
            .half, .noise,
        ] {
            let endpoint = FakeEndpoint([step, step, .answer(status: 200, "{\"TableNames\":[]}")])
            defer { endpoint.stop() }
            let client = try client(endpoint.url)
            #expect(try await client.listTables() == [])
            #expect(endpoint.requestCount == 3)
        }
    }

    @Test("an endpoint that never recovers is told of with what it did last")
    func givesUp() async throws {
        let cut = FakeEndpoint([.cut])
        defer { cut.stop() }
        let error = await #expect(throws: ClientError.self) {
            try await self.client(cut.url).listTables()
        }
        guard case .transport(let failure) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(failure.reason == .broken)
        #expect(!failure.isUnsent)
        #expect(cut.requestCount == 3)
    }

    @Test("silence ends at the time limit, and nobody listening is told apart")
    func timeouts() async throws {
        let silent = FakeEndpoint([.silence(milliseconds: 400)])
        defer { silent.stop() }
        let error = await #expect(throws: ClientError.self) {
            try await self.client(silent.url, attempts: 1) {
                $0.requestTimeout = .milliseconds(50)
            }.listTables()
        }
        guard case .transport(let failure) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(failure.reason == .timedOut)

        let absent = await #expect(throws: ClientError.self) {
            try await self.client("http://127.0.0.1:1", attempts: 2).listTables()
        }
        guard case .transport(let refused) = absent else {
            Issue.record("\(String(describing: absent))")
            return
        }
        #expect(refused.reason == .unreachable)
        #expect(refused.isUnsent)
    }

    @Test("calls one after the other share connections")
    func keepsAlive() async throws {
        let endpoint = FakeEndpoint([.keep("{\"TableNames\":[]}")])
        defer { endpoint.stop() }
        let client = try client(endpoint.url)
        for _ in 0..<5 { _ = try await client.listTables() }
        #expect(endpoint.requestCount == 5)
        // One, but where a loaded machine leaves it idle so long that libcurl makes another.
        #expect(endpoint.connectionCount < 5)
    }

    @Test("an answer beyond the limit is refused, and one that is no answer is told of")
    func answers() async throws {
        let long = String(repeating: " ", count: 5000)
        let endpoint = FakeEndpoint([.answer(status: 200, long), .answer(status: 200, "nonsense")])
        defer { endpoint.stop() }
        let client = try client(endpoint.url) { $0.answerBytesLimit = 1000 }
        let error = await #expect(throws: ClientError.self) { try await client.listTables() }
        guard case .transport(let failure) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(failure.reason == .answerTooLarge)
        await #expect(throws: ClientError.unreadableAnswer(operation: "ListTables")) {
            try await client.listTables()
        }
    }

    @Test("a cancelled task gives up its retries")
    func cancellation() async throws {
        let endpoint = FakeEndpoint([.answer(status: 500, "{}")])
        defer { endpoint.stop() }
        let client = try client(endpoint.url, attempts: 1_000_000) {
            $0.retries.budget = nil
            $0.retries.base = .seconds(3600)
            $0.retries.longest = .seconds(3600)
        }
        let task = Task<ClientError?, Never> {
            do throws(ClientError) {
                _ = try await client.listTables()
                return nil
            } catch {
                return error
            }
        }
        while endpoint.requestCount == 0 { try await Task.sleep(for: .milliseconds(2)) }
        task.cancel()
        #expect(await task.value == .cancelled)
    }
}
