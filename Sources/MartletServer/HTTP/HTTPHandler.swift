// The seam between the network and everything else. A handler is called on a network thread; what
// takes long, or waits for a commit, answers `.later` and completes its exchange from where the
// answer becomes known.

internal import Synchronization

package protocol HTTPHandler: Sendable {
    /// Called once per whole request, on a network thread, which serves no other connection
    /// meanwhile. With `.now` the exchange is over; with `.later` it must be completed once.
    func handle(_ request: borrowing HTTPRequest, _ exchange: HTTPExchange) -> HTTPReply

    /// Called on a network thread after it has handed over all requests that had arrived: what
    /// was put off for several requests at once is due.
    func endRound()
}

extension HTTPHandler {
    package func endRound() {}
}

package enum HTTPReply: Sendable {
    case now(HTTPResponse)
    case later
}

/// The promise of one answer. Sendable: complete it from any thread, also before `handle` returns.
package struct HTTPExchange: Sendable {
    let connection: HTTPConnection
    let serial: UInt64

    /// Whether the client takes an answer as gzip. Only while the handler runs.
    var acceptsGzip: Bool { connection.acceptsGzip }

    /// Gives the answer. Exactly once, and only for `.later`; a second call is a bug and traps.
    /// Costs two atomic operations, and a wake-up when the network thread sleeps: completing many
    /// exchanges in a row wakes each thread about once. After the server has stopped the answer
    /// is dropped.
    ///
    /// - Parameter make: runs on the connection's network thread when the answer is to be sent, so
    ///   that the completing thread need not write it.
    package func complete(_ make: @escaping @Sendable () -> HTTPResponse) {
        connection.complete(serial: serial, make)
    }

    package func complete(_ response: HTTPResponse) { complete { response } }
}
