// An endpoint that misbehaves: it reads one request on each connection and does with it what it is
// told, then what comes next with the next one.

import Glibc
import Synchronization

final class FakeEndpoint: Sendable {
    enum Step: Sendable {
        case answer(status: Int, String)
        /// Closes the connection without an answer.
        case cut
        /// Closes it in the middle of one.
        case half
        /// Answers nothing for so long.
        case silence(milliseconds: UInt32)
        /// Answers, and keeps the connection for the next request.
        case keep(String)
        /// No HTTP.
        case noise
    }

    let port: UInt16
    private let listener: Int32
    private let steps: Mutex<[Step]>
    private let seen = Mutex((connections: 0, requests: 0))

    var connectionCount: Int { seen.withLock { $0.connections } }
    var requestCount: Int { seen.withLock { $0.requests } }
    var url: String { "http://127.0.0.1:\(port)" }

    /// The last step stands for all after it.
    init(_ steps: [Step]) {
        self.steps = Mutex(steps)
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let file = listener
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(file, pointer, length) == 0 && listen(file, 16) == 0
                    && getsockname(file, pointer, &length) == 0
            }
        }
        precondition(bound, "no port for a test")
        port = UInt16(bigEndian: address.sin_port)
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { context in
                Unmanaged<FakeEndpoint>.fromOpaque(context!).takeRetainedValue().serve()
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        pthread_detach(thread)
    }

    /// Ends the listening thread, which holds the endpoint.
    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    private func serve() {
        while case let file = accept(listener, nil, nil), file >= 0 {
            seen.withLock { $0.connections += 1 }
            while readRequest(file), act(file) {}
            close(file)
        }
        close(listener)
    }

    /// Whether the connection goes on.
    private func act(_ file: Int32) -> Bool {
        seen.withLock { $0.requests += 1 }
        let step = steps.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
        switch step {
        case .answer(let status, let body):
            write(file, status, body, length: body.utf8.count, "close")
        case .keep(let body):
            write(file, 200, body, length: body.utf8.count, "keep-alive")
            return true
        case .cut: break
        case .half: write(file, 200, "{", length: 100, "close")
        case .silence(let milliseconds): usleep(milliseconds * 1000)
        case .noise: _ = send(file, "noise\r\n\r\n", 9, Int32(MSG_NOSIGNAL))
        }
        return false
    }

    private func write(
        _ file: Int32, _ status: Int, _ body: String, length: Int, _ connection: String
    ) {
        let text =
            "HTTP/1.1 \(status) X\r\nContent-Length: \(length)\r\nConnection: \(connection)\r\n\r\n"
            + body
        _ = send(file, text, text.utf8.count, Int32(MSG_NOSIGNAL))
    }

    /// Reads the head and as much as it announces; false at the end of the connection.
    private func readRequest(_ file: Int32) -> Bool {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(file, &chunk, chunk.count, 0)
            guard count > 0 else { return false }
            bytes += chunk[..<count]
            let text = String(decoding: bytes, as: UTF8.self)
            guard let end = text.firstRange(of: "\r\n\r\n"),
                let field = text.firstRange(of: "Content-Length: ")
            else { continue }
            let digits = text[field.upperBound...].prefix { $0.isNumber }
            let body = text[end.upperBound...].utf8.count
            if body >= Int(digits) ?? 0 { return true }
        }
    }
}
