// libcurl behind the transport: a stack of idle connections, of which the one used last is taken
// first, so that those that are not needed grow old and are closed by the other side.
//
// Thread safety: any thread. A connection is out of the stack while a thread uses it, so each has
// one user at a time; that is what makes the pointers sendable.

internal import CCurlShim
internal import Synchronization

package final class CurlTransport: HTTPTransport {
    private struct Connection: @unchecked Sendable {
        let pointer: OpaquePointer
    }

    private let url: String
    private let options: ClientOptions
    private let idle = Mutex<[Connection]>([])

    /// - Parameter url: with a path.
    package init(url: String, options: ClientOptions) {
        self.url = url
        self.options = options
    }

    deinit {
        idle.withLock { for connection in $0 { martlet_curl_free(connection.pointer) } }
    }

    package func post(
        headers: [(name: String, value: String)], body: [UInt8]
    ) throws(TransportError) -> HTTPAnswer {
        guard martlet_curl_load() == 0 else {
            throw TransportError(
                reason: .unusable, message: "libcurl.so.4 is not installed (Debian: libcurl4)")
        }
        let known = idle.withLock { $0.popLast() }
        guard let connection = known ?? martlet_curl_new().map(Connection.init) else {
            throw TransportError(reason: .unusable, message: "libcurl gives no more connections")
        }
        defer {
            let isSpare = idle.withLock { idle in
                if idle.count >= options.connectionLimit { return true }
                idle.append(connection)
                return false
            }
            if isSpare { martlet_curl_free(connection.pointer) }
        }
        let lines = headers.map { Array("\($0.name): \($0.value)".utf8CString) }
        return try Self.post(
            on: connection.pointer, url: url, lines: lines, body: body, options: options
        ).get()
    }

    private static func post(
        on connection: OpaquePointer, url: String, lines: [[CChar]], body: [UInt8],
        options: ClientOptions
    ) -> Result<HTTPAnswer, TransportError> {
        // The lines one after the other, and where each begins.
        let text = lines.flatMap { $0 }
        return text.withUnsafeBufferPointer { text in
            var starts: [UnsafePointer<CChar>?] = []
            var offset = 0
            for line in lines {
                starts.append(text.baseAddress! + offset)
                offset += line.count
            }
            return starts.withUnsafeBufferPointer { starts in
                body.withUnsafeBytes { body in
                    url.withCString { url in
                        withAuthorities(options) { authorities in
                            var request = martlet_curl_request()
                            request.url = url
                            request.headers = starts.baseAddress
                            request.header_count = starts.count
                            request.body = body.baseAddress
                            request.body_bytes = body.count
                            request.answer_bytes_limit = options.answerBytesLimit
                            request.connect_milliseconds = options.connectTimeout.milliseconds
                            request.total_milliseconds = options.requestTimeout.milliseconds
                            request.authorities = authorities
                            return result(martlet_curl_post(connection, &request))
                        }
                    }
                }
            }
        }
    }

    private static func withAuthorities<Result>(
        _ options: ClientOptions, _ body: (UnsafePointer<CChar>?) -> Result
    ) -> Result {
        guard let path = options.authoritiesPath else { return body(nil) }
        return path.withCString { body($0) }
    }

    private static func result(
        _ answer: martlet_curl_answer
    ) -> Result<HTTPAnswer, TransportError> {
        let reason: TransportError.Reason
        switch answer.failure {
        case MARTLET_CURL_NONE:
            let headers = UnsafeRawBufferPointer(start: answer.headers, count: answer.header_bytes)
            let body = UnsafeBufferPointer(start: answer.body, count: answer.body_bytes)
            return .success(
                HTTPAnswer(
                    status: answer.status, headers: String(decoding: headers, as: UTF8.self),
                    body: Array(body)))
        case MARTLET_CURL_UNREACHABLE: reason = .unreachable
        case MARTLET_CURL_TIMED_OUT: reason = .timedOut
        case MARTLET_CURL_UNTRUSTED: reason = .untrusted
        case MARTLET_CURL_TOO_LARGE: reason = .answerTooLarge
        case MARTLET_CURL_UNUSABLE: reason = .unusable
        default: reason = .broken
        }
        return .failure(
            TransportError(reason: reason, message: String(cString: answer.text)))
    }
}

extension Duration {
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
}
