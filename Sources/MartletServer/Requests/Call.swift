internal import MartletWire

/// What outlives a request's bytes until its answer is sent.
struct Call: Sendable {
    var operation: OperationName?
    var id: RequestID
    var arrivalNanoseconds: UInt64
    var requestBytes: Int
    /// Where the page is from that sent the request, which then must be told that it may read the
    /// answer; nil for all but web pages.
    var origin: String?
    /// The key that signed, if what it may do is limited.
    var restrictedKey: AccessKey?
    /// Noted for a request that is carried out later; else the exchange knows it.
    var acceptsGzip: Bool?
    /// Only when requests are logged.
    var peer: String?
}

extension Call {
    /// The answer to an operation.
    func response(status: UInt16, body: consuming [UInt8]) -> HTTPResponse {
        var headers = HTTPHeaders()
        headers.append("Content-Type", "application/x-amz-json-1.0")
        id.withDigits { headers.append("x-amzn-RequestId", $0) }
        if let origin {
            headers.append("Access-Control-Allow-Origin", origin)
            headers.append("Vary", "Origin")
            headers.append(
                "Access-Control-Expose-Headers",
                "x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,x-amz-crc32,Date")
        }
        var response = HTTPResponse(status: status, headers: headers, body: body)
        response.sendsChecksum = true
        return response
    }
}
