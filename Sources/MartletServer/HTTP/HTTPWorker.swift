// One network thread: a libmicrohttpd daemon of its own, its connections, and the loop that drives
// them. Connections never move between workers, so a worker's state needs no locks; other threads
// reach it through `addConnection`, `enqueueCompleted` and `stop` only.
//
// Waking: a thread that leaves work sets it down first and then looks whether the worker sleeps;
// the worker says that it sleeps first and then looks for work. Both orders are sequentially
// consistent, so one of them sees the other, and a busy worker is never written to.

internal import CHTTPShim
internal import Glibc
internal import Synchronization

final class HTTPWorker: @unchecked Sendable {
    struct Arrival {
        var socket: Int32
        var address: sockaddr_storage
        var addressBytes: socklen_t
    }

    let shared: HTTPShared
    let codec = HTTPCodec()
    let isTLS: Bool
    private(set) var isStopping = false
    /// The monotonic clock as the present round of the loop began.
    private(set) var loopNanoseconds = monotonicNanoseconds()
    /// The method of the request in libmicrohttpd's present call.
    var currentMethod: UnsafePointer<CChar> = UnsafePointer(
        UnsafeRawPointer(("" as StaticString).utf8Start).assumingMemoryBound(to: CChar.self))

    private var daemon: OpaquePointer!
    private let wakeup: Int32
    private var connections: [HTTPConnection] = []
    private var calls: UInt64 = 0
    /// Answers given in the loop's present round, and in the last one that had any.
    private var answersThisRound = 0
    private var answersLastRound = 0

    private let isAsleep = Atomic<Bool>(false)
    private let completedHead = Atomic<UnsafeMutableRawPointer?>(nil)
    private let arrivals = Mutex<[Arrival]>([])
    private let hasArrivals = Atomic<Bool>(false)
    /// Nanoseconds of the monotonic clock by which to end; 0 while running.
    private let stopDeadline = Atomic<UInt64>(0)
    /// Connections given to this worker and not yet closed; the listener balances by it.
    let connectionCount = Atomic<Int>(0)

    init(shared: HTTPShared, tls: HTTPCertificate?) throws(HTTPServerError) {
        self.shared = shared
        isTLS = tls != nil
        wakeup = martlet_event_open()
        guard wakeup >= 0 else { throw .system("eventfd", errno) }
        daemon = start(tls)
        guard daemon != nil else {
            throw tls == nil ? .system("MHD_start_daemon", errno) : .badCertificate
        }
    }

    deinit {
        // Only a worker that never ran still has its daemon: the port was taken, say.
        if let daemon { MHD_stop_daemon(daemon) }
        close(wakeup)
    }

    private func start(_ tls: HTTPCertificate?) -> OpaquePointer? {
        var options = martlet_http_options()
        options.connection_memory_bytes = shared.limits.headerBytes
        options.connection_limit = UInt32(shared.limits.connections)
        // A net below our own deadlines.
        options.inactivity_seconds = UInt32(shared.limits.idleSeconds + 15)
        options.context = Unmanaged.passUnretained(self).toOpaque()
        options.connection = { context, raw, socketContext, code in
            let worker = HTTPWorker.from(context!)
            if code == .CONNECTION_NOTIFY_STARTED {
                socketContext!.pointee = worker.open(raw!)
            } else if let pointer = socketContext!.pointee {
                worker.closed(Unmanaged<HTTPConnection>.fromOpaque(pointer).takeRetainedValue())
            }
        }
        options.target = { _, target, raw in
            guard let pointer = martlet_http_socket_context(raw), let target else { return nil }
            HTTPConnection.from(pointer).begin(target: target)
            return pointer
        }
        options.access = { context, _, _, method, _, upload, uploadBytes, request in
            guard let pointer = request!.pointee else { return .NO }
            // Called three times a request, for objects that outlive the call anyhow.
            return Unmanaged<HTTPConnection>.fromOpaque(pointer)._withUnsafeGuaranteedRef {
                connection in
                connection.worker.currentMethod = method!
                connection.worker.calls += 1
                if connection.phase == .idle { return connection.acceptHeaders() }
                let count = uploadBytes!.pointee
                if count == 0 { return connection.finish() }
                uploadBytes!.pointee = 0
                return connection.receive(UnsafeRawBufferPointer(start: upload, count: count))
            }
        }
        options.completed = { _, _, request, _ in
            guard let pointer = request!.pointee else { return }
            HTTPConnection.from(pointer).end()
        }
        guard let tls else { return martlet_http_start(&options) }
        return tls.certificatePEM.withCString { certificate in
            tls.privateKeyPEM.withCString { key in
                options.certificate_pem = certificate
                options.private_key_pem = key
                return martlet_http_start(&options)
            }
        }
    }

    static func from(_ pointer: UnsafeMutableRawPointer) -> HTTPWorker {
        Unmanaged<HTTPWorker>.fromOpaque(pointer).takeUnretainedValue()
    }

    // MARK: From other threads

    func addConnection(_ arrival: Arrival) {
        connectionCount.add(1, ordering: .relaxed)
        arrivals.withLock { $0.append(arrival) }
        hasArrivals.store(true, ordering: .sequentiallyConsistent)
        wakeIfAsleep()
    }

    func enqueueCompleted(_ connection: HTTPConnection) {
        let pointer = Unmanaged.passUnretained(connection).toOpaque()
        var head = completedHead.load(ordering: .relaxed)
        while true {
            connection.nextCompleted = head
            let (done, seen) = completedHead.compareExchange(
                expected: head, desired: pointer, ordering: .sequentiallyConsistent)
            if done { break }
            head = seen
        }
        // Whoever found the list empty sees to the waking.
        if head == nil { wakeIfAsleep() }
    }

    func stop(deadlineNanoseconds: UInt64) {
        stopDeadline.store(max(1, deadlineNanoseconds), ordering: .sequentiallyConsistent)
        wakeIfAsleep()
    }

    private func wakeIfAsleep() {
        if isAsleep.exchange(false, ordering: .sequentiallyConsistent) {
            martlet_event_set(wakeup)
        }
    }

    // MARK: The loop

    func run() {
        var interests = [
            pollfd(fd: martlet_http_epoll_fd(daemon), events: Int16(POLLIN), revents: 0),
            pollfd(fd: wakeup, events: Int16(POLLIN), revents: 0),
        ]
        var nextReaping = monotonicNanoseconds()
        while true {
            takeArrivals()
            takeCompleted()
            let callsBefore = calls
            if answersThisRound > 0 { answersLastRound = answersThisRound }
            answersThisRound = 0
            MHD_run(daemon)
            let isBusy = calls != callsBefore
            if isBusy { shared.handler.endRound() }
            let now = monotonicNanoseconds()
            loopNanoseconds = now
            if now >= nextReaping || stopDeadline.load(ordering: .relaxed) != 0 {
                nextReaping = now + 1_000_000_000
                if !continueAfterReaping(now) { break }
            }
            // While requests come, look again at once: sleeping costs two system calls more.
            if isBusy { continue }
            sleep(&interests)
        }
        finish()
    }

    /// Whether an answer that is ready should wait until the other requests of its round are
    /// answered, so that all are sent together. Sent one by one, each may wake a client that
    /// sleeps again before the next comes, and waking is what the kernel takes most time for.
    /// With few requests at once there is nothing to gain, and an answer goes out at once.
    func holdsAnswersBack() -> Bool {
        answersThisRound += 1
        return answersLastRound >= 4
    }

    private func sleep(_ interests: inout [pollfd]) {
        isAsleep.store(true, ordering: .sequentiallyConsistent)
        defer { isAsleep.store(false, ordering: .relaxed) }
        guard completedHead.load(ordering: .sequentiallyConsistent) == nil,
            !hasArrivals.load(ordering: .sequentiallyConsistent)
        else { return }
        var pending: UInt64 = 0
        var timeout: Int32 = isStopping ? 20 : 1000
        if MHD_get_timeout(daemon, &pending) == .YES {
            timeout = Int32(min(pending, UInt64(timeout)))
        }
        guard timeout > 0 else { return }
        if poll(&interests, 2, timeout) > 0, interests[1].revents != 0 {
            martlet_event_clear(wakeup)
        }
    }

    private func takeArrivals() {
        guard hasArrivals.exchange(false, ordering: .sequentiallyConsistent) else { return }
        let taken = arrivals.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
        for var arrival in taken {
            let added = withUnsafeBytes(of: &arrival.address) { address in
                MHD_add_connection(
                    daemon, arrival.socket,
                    address.assumingMemoryBound(to: sockaddr.self)
                        .baseAddress, arrival.addressBytes)
            }
            // MHD has closed the socket.
            if added != .YES { connectionCount.subtract(1, ordering: .relaxed) }
        }
    }

    /// Resumes what other threads have answered, oldest first.
    private func takeCompleted() {
        guard completedHead.load(ordering: .relaxed) != nil else { return }
        var newest = completedHead.exchange(nil, ordering: .acquiringAndReleasing)
        var oldest: UnsafeMutableRawPointer?
        while let pointer = newest {
            let connection = HTTPConnection.from(pointer)
            newest = connection.nextCompleted
            connection.nextCompleted = oldest
            oldest = pointer
        }
        while let pointer = oldest {
            let connection = HTTPConnection.from(pointer)
            oldest = connection.nextCompleted
            calls += 1
            connection.resume()
        }
    }

    // MARK: Connections

    private func open(_ raw: OpaquePointer) -> UnsafeMutableRawPointer {
        let connection = HTTPConnection(worker: self, raw: raw)
        connection.index = connections.count
        connections.append(connection)
        return Unmanaged.passRetained(connection).toOpaque()
    }

    private func closed(_ connection: HTTPConnection) {
        let last = connections.removeLast()
        if last !== connection {
            connections[connection.index] = last
            last.index = connection.index
        }
        connectionCount.subtract(1, ordering: .relaxed)
    }

    /// Cuts off what is too slow. When stopping, also what is idle; false once nothing is left or
    /// the deadline has passed.
    private func continueAfterReaping(_ now: UInt64) -> Bool {
        let deadline = stopDeadline.load(ordering: .relaxed)
        if deadline != 0 {
            isStopping = true
            takeArrivals()
        }
        for connection in connections where connection.isOverdue(now, isStopping: isStopping) {
            shutdown(connection.socket, Int32(SHUT_RDWR))
        }
        return deadline == 0 || (now < deadline && !connections.isEmpty)
    }

    /// Ends what the deadline left: answers that have not come are given up.
    private func finish() {
        isStopping = true
        takeCompleted()
        for connection in connections where connection.abandon() { connection.resume() }
        // One that is being completed at this moment is about to be enqueued; libmicrohttpd must
        // not be stopped with any suspended.
        while connections.contains(where: \.isSuspended) { takeCompleted() }
        MHD_run(daemon)
        MHD_stop_daemon(daemon)
        daemon = nil
        for arrival in arrivals.withLock({ $0 }) { close(arrival.socket) }
    }
}
