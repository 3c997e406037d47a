// A place in a shard, as a text that only the server reads:
//
//   ARN of the stream | 1 | in hexadecimal, big-endian:
//     kind (1): 1 a position, 2 the oldest record
//     first sequence of the shard (8)
//     position (8): the smallest sequence that may come next; 0 for the oldest record
//     when it was given out (8): milliseconds since 1970
//     CRC-32C of the ARN and the bytes above (4)
//
// The sum tells a damaged text; nothing is secret in it.

internal import MartletCatalog
internal import MartletEncoding

struct ShardIterator {
    static let lifetimeSeconds = 900.0
    private static let version = "1"
    private static let byteCount = 29

    enum Position: Equatable {
        case sequence(UInt64)
        /// Whatever is the oldest when it is read.
        case oldest
    }

    var arn: String
    var shard: UInt64
    var position: Position
    var issuedMilliseconds: UInt64

    init(arn: String, shard: UInt64, position: Position, now: Timestamp) {
        self.arn = arn
        self.shard = shard
        self.position = position
        issuedMilliseconds = UInt64(max(0, now.secondsSince1970 * 1000))
    }

    var text: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.byteCount)
        switch position {
        case .sequence(let sequence):
            bytes.append(1)
            bytes.appendBigEndian(shard)
            bytes.appendBigEndian(sequence)
        case .oldest:
            bytes.append(2)
            bytes.appendBigEndian(shard)
            bytes.appendBigEndian(UInt64(0))
        }
        bytes.appendBigEndian(issuedMilliseconds)
        bytes.appendBigEndian(Self.checksum(of: arn, bytes))
        return "\(arn)|\(Self.version)|\(Self.hexadecimal(bytes))"
    }

    /// nil for a text that is none.
    init?(text: String) {
        let fields = text.split(separator: "|", omittingEmptySubsequences: false)
        guard fields.count == 3, fields[1] == Self.version,
            let bytes = Self.bytes(ofHexadecimal: fields[2]), bytes.count == Self.byteCount
        else { return nil }
        func number(at offset: Int, _ count: Int) -> UInt64 {
            bytes[offset..<offset + count].reduce(0) { $0 << 8 | UInt64($1) }
        }
        arn = String(fields[0])
        guard number(at: 25, 4) == UInt64(Self.checksum(of: arn, Array(bytes[..<25]))) else {
            return nil
        }
        shard = number(at: 1, 8)
        issuedMilliseconds = number(at: 17, 8)
        switch bytes[0] {
        case 1: position = .sequence(number(at: 9, 8))
        case 2: position = .oldest
        default: return nil
        }
    }

    func hasExpired(at now: Timestamp) -> Bool {
        now.secondsSince1970 - Double(issuedMilliseconds) / 1000 > Self.lifetimeSeconds
    }

    private static func checksum(of arn: String, _ bytes: [UInt8]) -> UInt32 {
        (Array(arn.utf8) + bytes).withUnsafeBytes(crc32c)
    }

    private static let digits = Array("0123456789abcdef".utf8)

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        String(
            decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    private static func bytes(ofHexadecimal text: Substring) -> [UInt8]? {
        var values: [UInt8] = []
        for digit in text.utf8 {
            guard let value = digits.firstIndex(of: digit) else { return nil }
            values.append(UInt8(value))
        }
        guard values.count % 2 == 0 else { return nil }
        return stride(from: 0, to: values.count, by: 2).map { values[$0] << 4 | values[$0 + 1] }
    }
}
