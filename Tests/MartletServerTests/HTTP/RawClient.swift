// A client that sends exactly the bytes it is given, right or wrong, and reads what comes back.
// For tests of anything that listens. Blocking, with a time limit on each read.

import Glibc

final class RawClient {
    struct Response: Equatable {
        var status: Int
        /// Names in lower case.
        var headers: [String: String]
        var body: [UInt8]

        var text: String { String(decoding: body, as: UTF8.self) }
    }

    enum Failure: Error { case refused(Int32), malformed(String) }

    private let socket: Int32
    private var received: [UInt8] = []

    init(port: UInt16, receiveSeconds: Int = 10) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: receiveSeconds, tv_usec: 0)
        setsockopt(
            socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var one: Int32 = 1
        setsockopt(
            socket, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        inet_pton(AF_INET, "127.0.0.1", &name.sin_addr)
        let code = withUnsafeBytes(of: &name) {
            connect(
                socket, $0.assumingMemoryBound(to: sockaddr.self).baseAddress,
                socklen_t($0.count))
        }
        guard code == 0 else {
            let reason = errno
            Glibc.close(socket)
            throw Failure.refused(reason)
        }
    }

    deinit { Glibc.close(socket) }

    /// Sends all bytes, or as many as the server takes before it closes.
    func send(_ bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(
                    socket, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return }
            sent += count
        }
    }

    func send(_ text: String) { send(Array(text.utf8)) }

    /// Tells the server that nothing more comes.
    func finishSending() { shutdown(socket, Int32(SHUT_WR)) }

    /// The next whole response, `100 Continue` skipped; nil when the server closes before a status
    /// line, or sends nothing in time.
    func response(toHead: Bool = false) throws -> Response? {
        while true {
            guard let response = try one(toHead: toHead) else { return nil }
            if response.status != 100 { return response }
        }
    }

    /// Everything up to the server's close; nil when it does not close in time.
    func rest() -> String? {
        while receive() {}
        return timedOut ? nil : String(decoding: received, as: UTF8.self)
    }

    /// Whether the server closes the connection, saying nothing more.
    func isClosed() -> Bool { rest() == "" }

    private var timedOut = false

    private func one(toHead: Bool) throws -> Response? {
        let end = Array("\r\n\r\n".utf8)
        var headEnd: Int?
        while true {
            headEnd = firstRange(of: end)
            if headEnd != nil { break }
            guard receive() else {
                if received.isEmpty { return nil }
                throw Failure.malformed(String(decoding: received, as: UTF8.self))
            }
        }
        let head = String(decoding: received[..<headEnd!], as: UTF8.self)
        received.removeFirst(headEnd! + 4)
        var lines = head.split(separator: "\r\n", omittingEmptySubsequences: false)
        let first = lines.removeFirst().split(separator: " ")
        guard first.count >= 2, first[0].hasPrefix("HTTP/1."), let status = Int(first[1]) else {
            throw Failure.malformed(head)
        }
        var headers: [String: String] = [:]
        for line in lines {
            guard let colon = line.firstIndex(of: ":") else { throw Failure.malformed(head) }
            headers[line[..<colon].lowercased()] =
                String(line[line.index(after: colon)...].drop { $0 == " " })
        }
        let length = status == 100 || toHead ? 0 : Int(headers["content-length"] ?? "0") ?? 0
        while received.count < length {
            guard receive() else { throw Failure.malformed("body ends early: \(head)") }
        }
        let body = Array(received[..<length])
        received.removeFirst(length)
        return Response(status: status, headers: headers, body: body)
    }

    private func receive() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(socket, &buffer, buffer.count, 0)
        timedOut = count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)
        if count > 0 { received.append(contentsOf: buffer[..<count]) }
        return count > 0
    }

    private func firstRange(of pattern: [UInt8]) -> Int? {
        guard received.count >= pattern.count else { return nil }
        return (0...(received.count - pattern.count)).first {
            received[$0..<($0 + pattern.count)].elementsEqual(pattern)
        }
    }
}

extension RawClient {
    /// A POST of this body with the usual headers.
    static func post(_ body: String, headers: String = "") -> String {
        "POST / HTTP/1.1\r\nHost: localhost\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n"
            + body
    }
}
