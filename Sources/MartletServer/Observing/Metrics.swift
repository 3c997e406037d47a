// Counts of requests by operation and outcome, for `/metrics` in Prometheus's text format
// (version 0.0.4). Counting is a few relaxed atomic additions, from any thread.

internal import MartletWire
internal import Synchronization

/// How a request ended, as its status says.
enum RequestOutcome: Int, CaseIterable {
    case success, clientError, serverError

    init(status: UInt16) {
        self = status < 400 ? .success : status < 500 ? .clientError : .serverError
    }

    var label: String {
        switch self {
        case .success: "success"
        case .clientError: "client_error"
        case .serverError: "server_error"
        }
    }
}

final class Metrics: Sendable {
    /// Upper bounds of the latency histogram, in nanoseconds.
    private static let bounds: [UInt64] = [
        100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 50_000_000,
        250_000_000, 1_000_000_000,
    ]

    /// What is counted of one operation.
    private final class Counts: Sendable {
        let success = Atomic<UInt64>(0)
        let clientError = Atomic<UInt64>(0)
        let serverError = Atomic<UInt64>(0)
        let nanoseconds = Atomic<UInt64>(0)
        let buckets = Buckets()

        func outcome(_ outcome: RequestOutcome) -> UInt64 {
            switch outcome {
            case .success: success.load(ordering: .relaxed)
            case .clientError: clientError.load(ordering: .relaxed)
            case .serverError: serverError.load(ordering: .relaxed)
            }
        }

        func add(_ outcome: RequestOutcome) {
            switch outcome {
            case .success: success.wrappingAdd(1, ordering: .relaxed)
            case .clientError: clientError.wrappingAdd(1, ordering: .relaxed)
            case .serverError: serverError.wrappingAdd(1, ordering: .relaxed)
            }
        }
    }

    /// A counter for each bound and one for what exceeds them all.
    private final class Buckets: Sendable {
        private let counts: [Bucket] = (0...Metrics.bounds.count).map { _ in Bucket() }

        private final class Bucket: Sendable { let count = Atomic<UInt64>(0) }

        func add(_ nanoseconds: UInt64) {
            let position = Metrics.bounds.firstIndex { nanoseconds <= $0 } ?? Metrics.bounds.count
            counts[position].count.wrappingAdd(1, ordering: .relaxed)
        }

        var values: [UInt64] { counts.map { $0.count.load(ordering: .relaxed) } }
    }

    /// By operation; the last one is of requests that name none.
    private let counts = (0...OperationName.allCases.count).map { _ in Counts() }

    func count(_ operation: OperationName?, status: UInt16, nanoseconds: UInt64) {
        let counts = counts[operation?.ordinal ?? OperationName.allCases.count]
        counts.add(RequestOutcome(status: status))
        counts.nanoseconds.wrappingAdd(nanoseconds, ordering: .relaxed)
        counts.buckets.add(nanoseconds)
    }

    /// Appends the families of this object; operations that were never called are left out.
    func write(to text: inout PrometheusText) {
        let called = zip(OperationName.allCases.map(\.rawValue) + ["none"], counts)
            .filter { _, counts in RequestOutcome.allCases.contains { counts.outcome($0) > 0 } }
        text.family("martlet_requests_total", .counter, "Requests by operation and outcome.")
        for (name, counts) in called {
            for outcome in RequestOutcome.allCases where counts.outcome(outcome) > 0 {
                text.sample(
                    ["operation": name, "outcome": outcome.label], Double(counts.outcome(outcome)))
            }
        }
        text.family(
            "martlet_request_duration_seconds", .histogram,
            "Time from a request's last header to its answer.")
        for (name, counts) in called {
            var total: UInt64 = 0
            let buckets = counts.buckets.values
            for (bound, count) in zip(Self.bounds, buckets) {
                total += count
                text.sample(
                    ["operation": name, "le": "\(Double(bound) / 1e9)"], Double(total),
                    suffix: "_bucket")
            }
            total += buckets.last!
            text.sample(["operation": name, "le": "+Inf"], Double(total), suffix: "_bucket")
            let seconds = Double(counts.nanoseconds.load(ordering: .relaxed)) / 1e9
            text.sample(["operation": name], seconds, suffix: "_sum")
            text.sample(["operation": name], Double(total), suffix: "_count")
        }
    }
}
