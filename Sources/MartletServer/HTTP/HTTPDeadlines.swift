// When a connection is too slow. libmicrohttpd's own timeout starts anew with every byte, so a
// client that sends one byte now and then would hold its place for ever; these deadlines do not
// move. Checked about once a second, on the worker's thread.
//
//   idle, nothing sent           idleSeconds
//   from a request's first byte  requestSeconds, until its last byte
//   an answer not taken          answerSeconds
//   waiting for the handler      no limit: that is our slowness, not the client's

internal import CHTTPShim
internal import Synchronization

extension HTTPConnection {
    func isOverdue(_ now: UInt64, isStopping: Bool) -> Bool {
        let limits = worker.shared.limits
        switch phase {
        case .idle:
            if isStopping || now > phaseStart + seconds(limits.idleSeconds) { return true }
            let received = martlet_tcp_bytes_received(socket)
            if firstByteSeen == nil {
                if let bytesWhenIdle {
                    if received != bytesWhenIdle { firstByteSeen = now }
                } else {
                    bytesWhenIdle = received
                }
            }
            guard let firstByteSeen else { return false }
            return now > firstByteSeen + seconds(limits.requestSeconds)
        case .receiving, .discarding:
            return now > phaseStart + seconds(limits.requestSeconds)
        case .answering:
            return now > phaseStart + seconds(limits.answerSeconds)
        case .parked:
            return false
        }
    }

    /// Gives up a parked request; true when it must be resumed for that.
    func abandon() -> Bool {
        guard phase == .parked else { return false }
        let (abandoned, _) = outcome.compareExchange(
            expected: Outcome.parked, desired: Outcome.abandoned, ordering: .acquiringAndReleasing)
        if abandoned { wasAbandoned = true }
        return abandoned
    }
}

private func seconds(_ count: Int) -> UInt64 { UInt64(count) * 1_000_000_000 }
