// The listening socket and the thread that accepts from it. Each connection goes to the worker
// with the fewest. Accepting here, once, keeps the load even (sockets that share a port are dealt
// by hash, and would let a second server take the same port unnoticed) and lets a connection past
// the limit be told so.

internal import CHTTPShim
internal import Glibc
internal import Synchronization

final class HTTPListener: Sendable {
    let port: UInt16
    private let socket: Int32
    private let wakeup: Int32
    private let workers: [HTTPWorker]
    private let connectionLimit: Int
    private let isStopped = Atomic<Bool>(false)

    init(
        address: String, port: UInt16, workers: [HTTPWorker], connectionLimit: Int
    ) throws(HTTPServerError) {
        var (name, nameBytes, family) = try parse(address, port)
        let socket = Glibc.socket(
            family,
            Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard socket >= 0 else { throw .system("socket", errno) }
        var failure: HTTPServerError?
        // A restart may take its port back from connections in TIME_WAIT; a live listener's it
        // may not.
        var one: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        if family == AF_INET6 {
            var zero: Int32 = 0
            setsockopt(
                socket, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &zero,
                socklen_t(MemoryLayout<Int32>.size))
        }
        let bound = withUnsafeBytes(of: &name) {
            bind(socket, $0.assumingMemoryBound(to: sockaddr.self).baseAddress, nameBytes)
        }
        if bound != 0 || listen(socket, 1024) != 0 {
            failure =
                switch errno {
                case EADDRINUSE: .portTaken(port)
                case EACCES: .portPrivileged(port)
                case EADDRNOTAVAIL: .addressNotLocal(address)
                case let code: .system(bound != 0 ? "bind" : "listen", code)
                }
        }
        let length = UnsafeMutablePointer<socklen_t>.allocate(capacity: 1)
        defer { length.deallocate() }
        length.pointee = nameBytes
        _ = withUnsafeMutableBytes(of: &name) {
            getsockname(socket, $0.assumingMemoryBound(to: sockaddr.self).baseAddress, length)
        }
        self.socket = socket
        // sin_port and sin6_port lie at the same place.
        self.port = withUnsafeBytes(of: name) {
            UInt16(bigEndian: $0.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
        }
        wakeup = martlet_event_open()
        if failure == nil, wakeup < 0 { failure = .system("eventfd", errno) }
        self.workers = workers
        self.connectionLimit = connectionLimit
        if let failure { throw failure }
    }

    deinit {
        if !isStopped.load(ordering: .relaxed) { close(socket) }
        if wakeup >= 0 { close(wakeup) }
    }

    func stop() {
        if isStopped.exchange(true, ordering: .relaxed) { return }
        martlet_event_set(wakeup)
    }

    func run() {
        var interests = [
            pollfd(fd: socket, events: Int16(POLLIN), revents: 0),
            pollfd(fd: wakeup, events: Int16(POLLIN), revents: 0),
        ]
        while !isStopped.load(ordering: .relaxed) {
            poll(&interests, 2, -1)
            while !isStopped.load(ordering: .relaxed), acceptOne() {}
        }
        close(socket)
    }

    /// False when nothing waits.
    private func acceptOne() -> Bool {
        var arrival = HTTPWorker.Arrival(
            socket: -1, address: sockaddr_storage(),
            addressBytes: socklen_t(MemoryLayout<sockaddr_storage>.size))
        let accepted = withUnsafeMutableBytes(of: &arrival.address) {
            martlet_accept(
                socket, $0.assumingMemoryBound(to: sockaddr.self).baseAddress,
                &arrival.addressBytes)
        }
        guard accepted >= 0 else {
            switch errno {
            case EAGAIN: return false
            case EMFILE, ENFILE, ENOBUFS, ENOMEM:
                // Nothing to accept with: wait for connections to close, without spinning.
                usleep(20_000)
                return false
            default: return true
            }
        }
        arrival.socket = accepted
        var best = workers[0]
        var least = Int.max
        var total = 0
        for worker in workers {
            let count = worker.connectionCount.load(ordering: .relaxed)
            total += count
            if count < least { (least, best) = (count, worker) }
        }
        if total >= connectionLimit {
            refuse(accepted, isTLS: best.isTLS)
        } else {
            best.addConnection(arrival)
        }
        return true
    }

    private func refuse(_ client: Int32, isTLS: Bool) {
        let text: StaticString =
            "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
        if !isTLS {
            send(client, text.utf8Start, text.utf8CodeUnitCount, Int32(MSG_NOSIGNAL))
            shutdown(client, Int32(SHUT_WR))
        }
        close(client)
    }
}

private func parse(
    _ address: String, _ port: UInt16
) throws(HTTPServerError) -> (sockaddr_storage, socklen_t, Int32) {
    var storage = sockaddr_storage()
    var four = sockaddr_in()
    if inet_pton(AF_INET, address, &four.sin_addr) == 1 {
        four.sin_family = sa_family_t(AF_INET)
        four.sin_port = port.bigEndian
        withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: four, as: sockaddr_in.self) }
        return (storage, socklen_t(MemoryLayout<sockaddr_in>.size), AF_INET)
    }
    var six = sockaddr_in6()
    if inet_pton(AF_INET6, address, &six.sin6_addr) == 1 {
        six.sin6_family = sa_family_t(AF_INET6)
        six.sin6_port = port.bigEndian
        withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: six, as: sockaddr_in6.self) }
        return (storage, socklen_t(MemoryLayout<sockaddr_in6>.size), AF_INET6)
    }
    throw .addressInvalid(address)
}

/// `127.0.0.1:53412`, `[::1]:53412`.
func describe(_ address: UnsafePointer<sockaddr>) -> String {
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    let raw = UnsafeRawPointer(address)
    let port = UInt16(bigEndian: raw.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
    let isSix = Int32(address.pointee.sa_family) == AF_INET6
    // The address follows the port, and in IPv6 the flow label.
    inet_ntop(
        Int32(address.pointee.sa_family), raw + (isSix ? 8 : 4), &text, socklen_t(text.count))
    let host = text.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    return isSix ? "[\(host)]:\(port)" : "\(host):\(port)"
}
