// Reads a refusal. The code is the last part of `__type`, or of the header `x-amzn-ErrorType`; which
// codes are worth another attempt is AWS's list for its standard retry mode.

internal import MartletModel
internal import MartletWire

extension ServiceError {
    init(_ answer: HTTPAnswer) {
        var type = answer.header("x-amzn-ErrorType") ?? ""
        var message = ""
        var item: AttributeMap?
        var reasons: [CancellationReason] = []
        // A proxy's page is no JSON, and then the status has to do.
        try? Answers.read(answer.body) { name, reader throws(WireError) in
            switch name {
            case "__type": type = try reader.readOptionalString() ?? type
            case "message", "Message": message = try reader.readOptionalString() ?? ""
            case "Item": item = try reader.readOptionalAttributes()?.values
            case "CancellationReasons": reasons = try Self.readReasons(from: &reader)
            default: try reader.skipValue()
            }
        }
        // `com.amazonaws.dynamodb.v20120810#Name`, or `Name:http://…`.
        let code = type.split(separator: "#").last.map { $0.prefix { $0 != ":" } } ?? ""
        self.init(
            code: String(code), message: message, requestID: answer.header("x-amzn-RequestId"),
            status: answer.status, kind: Self.kind(code: String(code), status: answer.status),
            item: item, cancellationReasons: reasons)
    }

    private static func readReasons(
        from reader: inout JSONReader
    ) throws(WireError) -> [CancellationReason] {
        var reasons: [CancellationReason] = []
        guard var list = try reader.beginList() else { return [] }
        while try reader.nextElement(&list) {
            var reason = CancellationReason(code: "None")
            var members = try reader.beginObject()
            while let name = try reader.nextMember(&members) {
                switch name {
                case "Code": reason.code = try reader.readOptionalString() ?? "None"
                case "Message": reason.message = try reader.readOptionalString()
                case "Item": reason.item = try reader.readOptionalAttributes()?.values
                default: try reader.skipValue()
                }
            }
            reasons.append(reason)
        }
        return reasons
    }

    static func kind(code: String, status: Int) -> Kind {
        if throttlingCodes.contains(code) || status == 429 { return .throttling }
        if transientCodes.contains(code) || [500, 502, 503, 504].contains(status) {
            return .transient
        }
        return .final
    }

    private static let throttlingCodes: Set<String> = [
        "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled",
        "RequestThrottledException", "TooManyRequestsException",
        "ProvisionedThroughputExceededException", "TransactionInProgressException",
        "RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException", "SlowDown",
        "PriorRequestNotComplete", "EC2ThrottledException",
    ]
    private static let transientCodes: Set<String> = [
        "RequestTimeout", "RequestTimeoutException", "InternalServerError", "InternalError",
        "ServiceUnavailable",
    ]
}
