// A network that answers as it is told, and a clock that only notes how long it would have waited.

@testable import MartletClient
import Synchronization

final class ScriptedTransport: HTTPTransport {
    enum Step: Sendable {
        case answer(HTTPAnswer)
        case failure(TransportError.Reason)

        static func error(_ code: String, status: Int = 400) -> Step {
            .answer(
                HTTPAnswer(
                    status: status,
                    body: Array(
                        "{\"__type\":\"com.amazonaws.dynamodb.v20120810#\(code)\"}".utf8)))
        }

        static let success = Step.answer(HTTPAnswer(status: 200, body: Array("{}".utf8)))
    }

    private let steps: Mutex<[Step]>
    private let seen = Mutex<[[UInt8]]>([])

    init(_ steps: [Step]) { self.steps = Mutex(steps) }

    /// Bodies, in their order.
    var bodies: [[UInt8]] { seen.withLock { $0 } }

    func post(
        headers: [(name: String, value: String)], body: [UInt8]
    ) throws(TransportError) -> HTTPAnswer {
        seen.withLock { $0.append(body) }
        // The last step stands for all after it.
        let step = steps.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
        switch step {
        case .answer(let answer): return answer
        case .failure(let reason): throw TransportError(reason: reason, message: "")
        }
    }
}

final class NotingClock: ClientClock {
    private let pauses = Mutex<[Duration]>([])

    /// What was waited, in order.
    var waited: [Duration] { pauses.withLock { $0 } }
    let epochSeconds: Int64 = 1_440_938_160

    func fraction() -> Double { 0.5 }
    func pause(_ duration: Duration, until isOver: () -> Bool) {
        pauses.withLock { $0.append(duration) }
    }
}
