// The time from the first commit after opening to closing. Each session has a random salt and with it
// keys of its own, so that numbers may begin at 0 again: what a crash, a copied folder or a restored
// backup make happen twice happens under other keys.
//
// The record of a session, under 02 · session (4, big-endian):
//
//   offset  bytes  field
//   0       4      id of the data key
//   4       32     salt
//   36      16     tag of nothing, sealed as kind 2 with the highest number

internal import MartletKeyValue

final class Session: Sendable {
    static let recordBytes = 52
    private static let checkNumber = UInt64.max

    let id: UInt32
    let dataKeyID: UInt32
    let seal: SessionSeal
    /// Of the session's numbers, for the sum of what is live. Under the writer's lock.
    let numbers: KeyedNumbers
    private let salt: [UInt8]

    private init(
        _ id: UInt32, _ indexID: [UInt8], _ dataKey: Secret, _ dataKeyID: UInt32, salt: [UInt8]
    ) {
        self.id = id
        self.dataKeyID = dataKeyID
        self.salt = salt
        seal = SessionSeal(
            indexID: indexID, session: id,
            key: SealingKey(dataKey.derived(salt: salt, purpose: "martlet records 1")))
        numbers = KeyedNumbers(dataKey.derived(salt: salt, purpose: "martlet numbers 1"))
    }

    /// A new session under the current data key.
    convenience init(new id: UInt32, _ keyring: Keyring) {
        self.init(
            id, keyring.indexID, keyring.currentDataKey.key, keyring.currentDataKey.id,
            salt: randomBytes(32))
    }

    /// - Throws: `altered`, `cutShort`.
    convenience init(
        reading record: [UInt8], _ id: UInt32, _ keyring: Keyring
    ) throws(SealingError) {
        guard record.count == Self.recordBytes else { throw .cutShort(.session(id)) }
        var reader = ByteReader(record)
        let dataKeyID = reader.integer(UInt32.self)!
        let salt = reader.bytes(32)!
        guard let dataKey = keyring.dataKeys.first(where: { $0.id == dataKeyID }) else {
            throw .altered(.session(id))
        }
        self.init(id, keyring.indexID, dataKey.key, dataKeyID, salt: salt)
        guard seal.open(reader.rest, .session, Self.checkNumber) != nil else {
            throw .altered(.session(id))
        }
    }

    var record: [UInt8] {
        dataKeyID.littleEndianBytes + salt + seal.seal([], .session, Self.checkNumber)
    }
}
