// Percent-coding as signatures want it: RFC 3986's unreserved characters stand for themselves,
// everything else is %XX in capitals.

/// A growing byte string over memory the caller owns; used for what is hashed and thrown away.
struct ByteWriter {
    private let room: UnsafeMutableRawBufferPointer
    private(set) var count = 0

    /// - Parameter room: at least as large as everything that will be written.
    init(_ room: UnsafeMutableRawBufferPointer) {
        self.room = room
    }

    var written: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: room[..<count]) }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        precondition(count < room.count)
        room[count] = byte
        count += 1
    }

    mutating func append(_ bytes: SignedBytes) {
        guard let start = bytes.baseAddress else { return }
        precondition(bytes.count <= room.count - count)
        room.baseAddress!.advanced(by: count).copyMemory(from: start, byteCount: bytes.count)
        count += bytes.count
    }

    /// ASCII letters in lower case.
    mutating func appendLowercased(_ bytes: SignedBytes) {
        precondition(bytes.count <= room.count - count)
        for (index, byte) in bytes.enumerated() { room[count + index] = lowercased(byte) }
        count += bytes.count
    }

    mutating func append(_ text: StaticString) { append(SignedBytes(text)) }

    mutating func appendHex(_ digest: Digest) {
        precondition(room.count - count >= 64)
        let target = room.baseAddress! + count
        digest.withBytes { bytes in
            for index in 0..<32 {
                let byte = bytes[index]
                target.storeBytes(of: hexLower(byte >> 4), toByteOffset: 2 * index, as: UInt8.self)
                target.storeBytes(
                    of: hexLower(byte & 15), toByteOffset: 2 * index + 1, as: UInt8.self)
            }
        }
        count += 64
    }

    mutating func appendDecimal(_ number: Int, width: Int) {
        var divisor = 1
        for _ in 1..<width { divisor *= 10 }
        while divisor > 0 {
            append(0x30 + UInt8(number / divisor % 10))
            divisor /= 10
        }
    }

    mutating func appendEncoded(_ byte: UInt8) {
        if isUnreserved(byte) { return append(byte) }
        append(0x25)
        append(hexUpper(byte >> 4))
        append(hexUpper(byte & 15))
    }
}

/// Of 0 to 15; without a branch, as the digits of a digest cannot be guessed.
@inline(__always)
private func hexLower(_ nibble: UInt8) -> UInt8 {
    0x30 &+ nibble &+ ((nibble &+ 6) >> 4) &* 39
}
private func hexUpper(_ nibble: UInt8) -> UInt8 { nibble < 10 ? 0x30 + nibble : 0x37 + nibble }

func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: true
    default: false
    }
}

func hexValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x37
    case 0x61...0x66: byte - 0x57
    default: nil
    }
}

/// What a query's name or value means: `%XX` decoded where it is well formed, `+` as a space.
func percentDecoded(_ bytes: SignedBytes) -> [UInt8] {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
        if bytes[index] == 0x25, index + 2 < bytes.count, let high = hexValue(bytes[index + 1]),
            let low = hexValue(bytes[index + 2])
        {
            decoded.append(high << 4 | low)
            index += 3
        } else {
            decoded.append(bytes[index] == 0x2B ? 0x20 : bytes[index])
            index += 1
        }
    }
    return decoded
}
