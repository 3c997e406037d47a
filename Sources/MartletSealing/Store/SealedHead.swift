// The head: what the last commit says of all records. Stored under 01; each commit replaces it.
//
//   offset  bytes  field
//   0       4      session, big-endian
//   4       8      number, big-endian: higher ones of the session, and later sessions, are of commits
//                  that did not come to their end
//   12             sealed:
//     0       8    version: commits so far
//     8       8    live records
//     16      16   the sum, modulo 2^128, of the live records' keyed numbers
//     32      4    n, records that this commit deletes
//     36      12 n their names: session (4), number (8)
//     ...          zeros up to the size class

internal import MartletKeyValue

struct SealedHead: Equatable {
    /// Its own.
    var name = RecordName(session: 0, number: 0)
    var version: UInt64 = 0
    var liveCount: UInt64 = 0
    var sum: UInt128 = 0
    var deleted: [RecordName] = []

    func bytes(_ seal: SessionSeal) -> [UInt8] {
        var plain: [UInt8] = []
        plain.reserveCapacity(SealedFormat.sizeClass(of: 36 + 12 * deleted.count))
        plain += version.littleEndianBytes
        plain += liveCount.littleEndianBytes
        plain += sum.littleEndianBytes
        plain += UInt32(deleted.count).littleEndianBytes
        for name in deleted {
            withUnsafeBytes(of: name.session.littleEndian) { plain.append(contentsOf: $0) }
            withUnsafeBytes(of: name.number.littleEndian) { plain.append(contentsOf: $0) }
        }
        let size = SealedFormat.sizeClass(of: plain.count)
        plain.append(contentsOf: repeatElement(0, count: size - plain.count))
        return name.session.bigEndianBytes + name.number.bigEndianBytes
            + seal.seal(plain, .head, name.number)
    }

    init() {}

    /// - Throws: `cutShort`, `altered`.
    init(_ bytes: [UInt8], _ sessions: [UInt32: Session]) throws(SealingError) {
        guard bytes.count >= 12 + 64 + SealingKey.tagBytes else { throw .cutShort(.head) }
        name = Self.name(bytes)
        guard let session = sessions[name.session],
            let plain = session.seal.open(bytes[12...], .head, name.number)
        else { throw .altered(.head) }
        var reader = ByteReader(plain)
        version = reader.integer(UInt64.self)!
        liveCount = reader.integer(UInt64.self)!
        sum = reader.integer(UInt128.self)!
        let count = reader.integer(UInt32.self)!
        for _ in 0..<count {
            deleted.append(
                RecordName(
                    session: reader.integer(UInt32.self)!, number: reader.integer(UInt64.self)!))
        }
    }

    private static func name(_ bytes: [UInt8]) -> RecordName {
        RecordName(
            session: bytes.withUnsafeBytes { UInt32(bigEndian: $0.loadUnaligned(as: UInt32.self)) },
            number: bytes.withUnsafeBytes {
                UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: 4, as: UInt64.self))
            })
    }
}
