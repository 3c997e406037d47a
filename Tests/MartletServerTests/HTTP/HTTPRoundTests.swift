// Many requests in one round of a network thread, whose answers are sent together.

import Glibc
import MartletServer
import Synchronization
import Testing

@Suite("Rounds") struct HTTPRoundTests {
    /// A handler that stops its thread at `/wait` until it may go on, so that what arrives
    /// meanwhile is one round.
    private final class Barrier: Sendable {
        private let isWaiting = Atomic<Bool>(false)
        private let mayGo = Atomic<Bool>(false)

        func arrive() {
            isWaiting.store(true, ordering: .releasing)
            while !mayGo.exchange(false, ordering: .acquiring) { usleep(500) }
            isWaiting.store(false, ordering: .releasing)
        }

        func waitForArrival() {
            while !isWaiting.load(ordering: .acquiring) { usleep(500) }
        }

        func go() { mayGo.store(true, ordering: .releasing) }
    }

    @Test("each of a round's requests gets its own answer, round after round")
    func ownAnswers() throws {
        let barrier = Barrier()
        let server = try TestServer(threads: 1) { request, exchange in
            let response = echoed(request)
            if request.path.equals("/wait") { barrier.arrive() }
            // Some answers come from elsewhere, between those that are held back.
            if request.body.count % 5 == 4 {
                inBackground { exchange.complete(response) }
                return .later
            }
            return .now(response)
        }
        let stopper = try server.client()
        let clients = try (0..<20).map { _ in try server.client() }
        for round in 0..<6 {
            stopper.send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n")
            barrier.waitForArrival()
            for (number, client) in clients.enumerated() {
                client.send(RawClient.post(String(repeating: "\(round)", count: number)))
                // Two requests of one connection stay in order.
                if number == 7 { client.send(RawClient.post("second")) }
            }
            barrier.go()
            #expect(try stopper.response()?.text == "GET /wait ")
            for (number, client) in clients.enumerated() {
                #expect(
                    try client.response()?.text
                        == "POST / " + String(repeating: "\(round)", count: number))
                if number == 7 { #expect(try client.response()?.text == "POST / second") }
            }
        }
    }

    @Test("clients that leave while their answer is held back harm nobody")
    func leaving() throws {
        let barrier = Barrier()
        let server = try TestServer(threads: 1) { request, _ in
            if request.path.equals("/wait") { barrier.arrive() }
            return .now(echoed(request))
        }
        let stopper = try server.client()
        for _ in 0..<4 {
            var clients = try (0..<10).map { _ in try server.client() }
            stopper.send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n")
            barrier.waitForArrival()
            for client in clients { client.send(RawClient.post("body")) }
            clients.removeFirst(6)
            barrier.go()
            #expect(try stopper.response()?.text == "GET /wait ")
            for client in clients { #expect(try client.response()?.text == "POST / body") }
        }
        stopper.finishSending()
        #expect(stopper.isClosed())
        #expect(server.becomesEmpty())
    }
}
