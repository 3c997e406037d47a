import Testing

@testable import MartletClient

@Suite struct RetryTests {
    struct Made {
        var client: DynamoDBClient
        var transport: ScriptedTransport
        var clock: NotingClock
    }

    func make(
        _ steps: [ScriptedTransport.Step], _ change: (inout RetryPolicy) -> Void = { _ in }
    ) throws -> Made {
        let transport = ScriptedTransport(steps)
        let clock = NotingClock()
        var options = ClientOptions()
        change(&options.retries)
        let client = try #require(
            DynamoDBClient(
                ClientConfiguration(endpoint: "http://x", region: "r", credentials: .local),
                options: options, transport: transport, clock: clock))
        return Made(client: client, transport: transport, clock: clock)
    }

    @Test(
        "what can pass is tried again, up to three times in all",
        arguments: [
            "ProvisionedThroughputExceededException", "ThrottlingException",
            "RequestLimitExceeded", "TransactionInProgressException",
        ])
    func throttled(code: String) throws {
        let made = try make([.error(code)])
        let error = #expect(throws: ClientError.self) { try made.client.send("GetItem", []) }
        #expect(error?.code == code)
        #expect(error?.isRetryable == true)
        #expect(made.transport.bodies.count == 3)
        #expect(made.clock.waited == [.milliseconds(500), .seconds(1)])
    }

    @Test("server errors and a broken network are tried again, and a success ends it")
    func transient() throws {
        for step in [
            ScriptedTransport.Step.error("InternalServerError", status: 500),
            .answer(HTTPAnswer(status: 503)), .answer(HTTPAnswer(status: 502)),
            .answer(HTTPAnswer(status: 504)), .failure(.broken), .failure(.timedOut),
            .failure(.unreachable),
        ] {
            let made = try make([step, step, .success])
            #expect(try made.client.send("GetItem", []) == Array("{}".utf8))
            #expect(made.transport.bodies.count == 3)
            #expect(made.client.statistics.retries == 2)
        }
    }

    @Test("what cannot pass is not tried again")
    func final() throws {
        for step in [
            ScriptedTransport.Step.error("ValidationException"),
            .error("ConditionalCheckFailedException"), .error("ResourceNotFoundException"),
            .error("TransactionCanceledException"), .answer(HTTPAnswer(status: 404)),
            .failure(.untrusted), .failure(.answerTooLarge), .failure(.unusable),
        ] {
            let made = try make([step])
            let error = #expect(throws: ClientError.self) { try made.client.send("GetItem", []) }
            #expect(error?.isRetryable == false)
            #expect(made.transport.bodies.count == 1)
            #expect(made.clock.waited.isEmpty)
        }
    }

    @Test("pauses double until the longest, and chance scales each of them")
    func pauses() {
        let policy = RetryPolicy()
        let longest = (1...8).map { policy.pause(after: $0, fraction: 1) }
        #expect(longest == [1, 2, 4, 8, 16, 20, 20, 20].map { .seconds($0) })
        #expect(policy.pause(after: 3, fraction: 0.25) == .seconds(1))
        #expect(policy.pause(after: 100, fraction: 0) == .zero)
        #expect(policy.pause(after: 1_000_000, fraction: 1) == .seconds(20))
    }

    @Test("an empty budget ends retries; successes fill it one by one, never beyond its begin")
    func budget() throws {
        // Two retries and a rest.
        let made = try make([.error("ThrottlingException")]) { $0.budget = 12 }
        #expect(throws: ClientError.self) { try made.client.send("GetItem", []) }
        #expect(throws: ClientError.self) { try made.client.send("GetItem", []) }
        #expect(made.transport.bodies.count == 3 + 1)

        var budget = RetryBudget(RetryPolicy())
        #expect(budget.tokens == 500)
        budget.giveBack(nil)
        #expect(budget.tokens == 500)
        let timeout = TransportError(reason: .timedOut, message: "")
        let cost = RetryBudget.cost(after: .transport(timeout))
        #expect(cost == 10)
        let isTaken = budget.take(cost) && budget.take(5)
        #expect(isTaken)
        #expect(budget.tokens == 485)
        budget.giveBack(5)
        budget.giveBack(nil)
        #expect(budget.tokens == 491)
    }

    @Test("a call that is over does not try again")
    func over() throws {
        let made = try make([.error("ThrottlingException")])
        #expect(throws: ClientError.cancelled) {
            try made.client.send("GetItem", [], isOver: { true })
        }
        #expect(made.transport.bodies.count == 1)
    }

    @Test("an error has its code, message, request, item and reasons")
    func errors() throws {
        let answer = HTTPAnswer(
            status: 400,
            headers: "HTTP/1.1 400 Bad\r\nx-AMZN-requestid:  REQUEST1\r\nX: y\r\n\r\n",
            body: Array(
                #"{"__type":"a.b#TransactionCanceledException","Message":"no","new":[{}],"#.utf8)
                + Array(
                    #""CancellationReasons":[{"Code":"None"},{"Code":"ConditionalCheckFailed","#
                        .utf8)
                + Array(#""Message":"m","Item":{"a":{"N":"1"}}}]}"#.utf8))
        let error = ServiceError(answer)
        #expect(error.code == "TransactionCanceledException")
        #expect(error.message == "no")
        #expect(error.requestID == "REQUEST1")
        #expect(error.status == 400)
        #expect(error.cancellationReasons.map(\.code) == ["None", "ConditionalCheckFailed"])
        #expect(error.cancellationReasons[1].item == ["a": 1])

        let proxy = ServiceError(HTTPAnswer(status: 502, body: Array("<html>".utf8)))
        #expect(proxy.code == "")
        #expect(proxy.kind == .transient)
        #expect(proxy.description == "HTTP status 502")
    }

    @Test("what a batch leaves undone is sent again; all of it too often is given up")
    func batches() async throws {
        let undone =
            #"{"UnprocessedItems":{"T":[{"PutRequest":{"Item":{"id":{"N":"7"}}}}]}}"#
        let made = try make([.answer(HTTPAnswer(status: 200, body: Array(undone.utf8))), .success])
        try await made.client.batchWrite((0..<30).map { .put(["id": .number(.init($0))]) }, to: "T")
        let texts = made.transport.bodies.map { String(decoding: $0, as: UTF8.self) }
        #expect(texts.count == 2)
        #expect(texts[0].split(separator: "PutRequest").count == 26)
        // The one that was left, and the other five.
        #expect(texts[1].split(separator: "PutRequest").count == 7)
        #expect(texts[1].contains(#"{"PutRequest":{"Item":{"id":{"N":"7"}}}}"#))
        #expect(made.clock.waited.count == 1)

        let stuck = try make([.answer(HTTPAnswer(status: 200, body: Array(undone.utf8)))])
        let error = await #expect(throws: ClientError.self) {
            try await stuck.client.batchWrite([.put(["id": 7])], to: "T")
        }
        #expect(error?.code == "ProvisionedThroughputExceededException")
        #expect(stuck.transport.bodies.count == 3)
    }
}
