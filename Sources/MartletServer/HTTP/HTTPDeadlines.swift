// When a connection is too slow, or dead. libmicrohttpd's own timeout starts anew with every byte,
// so a client that sends one byte now and then would hold its place for ever; these deadlines do
// not move. Checked about once a second, on the worker's thread.
//
//   idle, nothing sent           idleSeconds
//   from a request's first byte  requestSeconds, until its last byte
//   an answer not taken          answerSeconds
//   waiting for the handler      no limit: that is our slowness, not the client's
//
// libmicrohttpd 0.9.75 can also miss the end of a connection that arrives together with its last
// bytes, and would keep the socket until a timeout. A peer seen to have finished at two checks in
// a row, with no whole request between them, can never complete one.

internal import CHTTPShim
internal import Synchronization

extension HTTPConnection {
    func isOverdue(_ now: UInt64, isStopping: Bool) -> Bool {
        let limits = worker.shared.limits
        switch phase {
        case .idle:
            if isStopping || now > phaseStart + seconds(limits.idleSeconds) { return true }
            let state = martlet_tcp_state(socket)
            if isDead(state) { return true }
            if firstByteSeen == nil {
                if let bytesWhenIdle {
                    if state.bytes_received != bytesWhenIdle { firstByteSeen = now }
                } else {
                    bytesWhenIdle = state.bytes_received
                }
            }
            guard let firstByteSeen else { return false }
            return now > firstByteSeen + seconds(limits.requestSeconds)
        case .receiving, .discarding:
            return isDead(martlet_tcp_state(socket))
                || now > phaseStart + seconds(limits.requestSeconds)
        case .answering:
            return now > phaseStart + seconds(limits.answerSeconds)
        case .parked:
            return false
        }
    }

    private func isDead(_ state: martlet_tcp_state) -> Bool {
        defer { peerHadFinished = state.peer_has_finished != 0 }
        return peerHadFinished && state.peer_has_finished != 0
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
