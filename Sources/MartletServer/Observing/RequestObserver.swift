internal import MartletWire

/// Told of every answer: counts it and, if wanted, logs it.
struct RequestObserver: Sendable {
    let metrics = Metrics()
    let log: RequestLog?

    func note(
        _ call: Call, status: UInt16, errorType: String?, answerBytes: Int
    ) {
        let nanoseconds = monotonicNanoseconds() - call.arrivalNanoseconds
        metrics.count(call.operation, status: status, nanoseconds: nanoseconds)
        guard let log else { return }
        log.write(
            RequestRecord(
                operation: call.operation, status: status, errorType: errorType,
                nanoseconds: nanoseconds, requestBytes: call.requestBytes,
                answerBytes: answerBytes, requestID: call.id.text,
                peer: call.peer ?? "-"))
    }
}
