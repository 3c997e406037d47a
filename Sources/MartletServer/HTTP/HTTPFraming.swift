// How a request's body is delimited, decided strictly: where a proxy before us and we could
// disagree about where a request ends, a second request can be smuggled, so anything doubtful is
// refused.
//
// Refused: a header name that is not a token (white space before the colon included), more than
// one Content-Length, one that is not 1 to 18 digits, any Transfer-Encoding but one `chunked`,
// both at once, and more than one Host.

enum HTTPFraming: Equatable {
    case length(Int)
    case chunked
    case invalid

    init(_ fields: UnsafeBufferPointer<HTTPField>) {
        var length: Int?
        var isChunked = false
        var hosts = 0
        for field in fields {
            guard isToken(field.name) else {
                self = .invalid
                return
            }
            switch field.name.count {
            case 4 where field.name.equalsIgnoringCase("Host"):
                hosts += 1
            case 14 where field.name.equalsIgnoringCase("Content-Length"):
                guard length == nil, let value = decimal(field.value) else {
                    self = .invalid
                    return
                }
                length = value
            case 17 where field.name.equalsIgnoringCase("Transfer-Encoding"):
                guard !isChunked, field.value.equalsIgnoringCase("chunked") else {
                    self = .invalid
                    return
                }
                isChunked = true
            default: break
            }
        }
        if hosts > 1 || (isChunked && length != nil) {
            self = .invalid
        } else {
            self = isChunked ? .chunked : .length(length ?? 0)
        }
    }
}

private func decimal(_ digits: HTTPBytes) -> Int? {
    guard (1...18).contains(digits.count) else { return nil }
    var value = 0
    for digit in digits {
        guard digit >= 0x30, digit <= 0x39 else { return nil }
        value = value * 10 + Int(digit - 0x30)
    }
    return value
}

/// RFC 9110's token characters, a bit for each byte below 128.
private let tokenBits: (low: UInt64, high: UInt64) = {
    var low: UInt64 = 0
    var high: UInt64 = 0
    let tokens = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    for byte in tokens.utf8 {
        if byte < 64 { low |= 1 << UInt64(byte) } else { high |= 1 << UInt64(byte - 64) }
    }
    return (low, high)
}()

private func isToken(_ name: HTTPBytes) -> Bool {
    let (low, high) = tokenBits
    for byte in name {
        let bits = byte < 64 ? low : high
        guard byte < 128, bits >> UInt64(byte & 63) & 1 == 1 else { return false }
    }
    return !name.isEmpty
}
