// A DynamoDB table of encrypted indexes. Its key is two binaries, p and s; names below are those of
// docs/format/encrypted-index.md. Integers big-endian.
//
//   p               s                    attributes
//   00              00                   v: the catalogue
//   index · 00      00                   w, c: who wrote last (16 bytes), and how often was written;
//                                        a: the anchor
//   index · 00      01                   v: the head; n, if it has more pieces: their name, which
//                                        is the head's session and number
//   index · 00      02 · session         v: a session
//   index · 00      10                   v: the keyring
//   index · 00      11 · n (12) · k (2)  v: piece k of a head
//   index · 01      c (8)                v: names of the records that the c-th writing deleted, 13
//                                        bytes each; of the last 4,096 writings
//   index · 10…17   03 · session · number        v: a record, in the partition number modulo 8
//   index · 10…17   03 · session · number · k    v: piece k of it, from 1
//
// `index` is the 16 random bytes of its folder. A value of more than 380,000 bytes is in pieces, as
// an item has at most 400 KB.
//
// Spec: docs/format/encrypted-index.md, and for the reasons docs/decisions/0019-encrypted-tables.md.
//
// Nothing of it is trusted: whoever runs the table may answer what they like, and what does not fit
// is found when the records are opened. What they learn is in docs/threat-model.md.

package import MartletClient
internal import Glibc
package import MartletKeyValue
internal import MartletModel

package final class SealedTable: Sendable {
    package let name: String
    let client: DynamoDBClient

    private static let catalogKey: AttributeMap = ["p": .binary([0]), "s": .binary([0])]
    /// A catalogue is one item.
    package static let catalogLimitBytes = 390_000
    /// How long a table may take until it can be used.
    private static let makingLimit: Duration = .seconds(120)

    /// Finds the table, or makes it, billed by request.
    ///
    /// - Throws: `foreignDirectory` for a table with another key; `remote`.
    package init(opening name: String, client: DynamoDBClient) throws(StorageError) {
        self.name = name
        self.client = client
        var found: TableDescription?
        let begin = ContinuousClock.now
        var isMade = false
        while found?.status != "ACTIVE" {
            if isMade || found != nil {
                guard ContinuousClock.now - begin < Self.makingLimit else {
                    throw .remote("the table is not ready")
                }
                usleep(50_000)
            }
            do throws(ClientError) {
                found = try client.performDescribeTable(name)
            } catch {
                guard error.code == "ResourceNotFoundException" else { throw StorageError(error) }
                if !isMade { try Self.make(name, client) }
                isMade = true
            }
        }
        guard let found, (found.partitionKey, found.sortKey) == ("p", "s"),
            found.keyTypes["p"] == "B", found.keyTypes["s"] == "B"
        else {
            throw .foreignDirectory(
                path: name, detail: "the table's key is not that of encrypted indexes")
        }
    }

    private static func make(_ name: String, _ client: DynamoDBClient) throws(StorageError) {
        do throws(ClientError) {
            _ = try client.perform(
                CreateTableRequest(
                    table: name, partitionKey: KeyAttribute("p", .binary),
                    sortKey: KeyAttribute("s", .binary)))
        } catch {
            // Somebody else makes it at the same time.
            guard error.code == "ResourceInUseException" else { throw StorageError(error) }
        }
    }

    // MARK: The catalogue

    package func catalog() throws(StorageError) -> [UInt8]? { try value(under: Self.catalogKey) }

    /// Replaces the catalogue.
    ///
    /// - Parameter old: as it was read; nil: there was none.
    /// - Returns: false when it is another one meanwhile; then nothing was written.
    package func replaceCatalog(
        _ old: [UInt8]?, with new: [UInt8]
    ) throws(StorageError) -> Bool {
        var request = PutItemRequest(table: name, item: Self.catalogKey)
        request.item["v"] = .binary(new)
        request.names = ["#v": "v"]
        if let old {
            request.condition = "#v = :old"
            request.values = [":old": .binary(old)]
        } else {
            request.condition = "attribute_not_exists(#v)"
        }
        do throws(ClientError) {
            _ = try client.perform(request)
            return true
        } catch {
            guard error.code == "ConditionalCheckFailedException" else { throw StorageError(error) }
            // An attempt whose answer was lost may have written it.
            return try catalog() == new
        }
    }

    // MARK: Indexes

    /// The keyring of an index that need not be open.
    package func keyring(of index: [UInt8]) throws(StorageError) -> [UInt8]? {
        try value(under: IndexKeys(index).keyring)
    }

    /// Takes away the keyring, without which nothing of an index can be read, and shuts out whoever
    /// writes to it.
    package func eraseKeyring(of index: [UInt8]) throws(StorageError) {
        let keys = IndexKeys(index)
        try calling { () throws(ClientError) in
            try client.perform(
                TransactWriteRequest([
                    .delete(DeleteItemRequest(table: name, key: keys.keyring)),
                    .delete(DeleteItemRequest(table: name, key: keys.writer)),
                ]))
        }
    }

    /// Deletes whatever there is of an index.
    package func removeItems(of index: [UInt8]) throws(StorageError) {
        let keys = IndexKeys(index)
        for partition in [IndexKeys.small, IndexKeys.journal] + IndexKeys.lanes {
            var request = QueryRequest(
                table: name, keyCondition: "#p = :p", projection: "#p, #s",
                names: ["#p": "p", "#s": "s"], values: [":p": keys.partition(partition)])
            request.isConsistent = true
            try eachPage(of: request) { items throws(StorageError) in
                try calling { () throws(ClientError) in
                    try client.performBatchWrite(
                        items.map { BatchWrite.delete($0).json }, to: name)
                }
            }
        }
    }

    // MARK: Reading

    func item(_ key: AttributeMap) throws(StorageError) -> AttributeMap? {
        try calling { () throws(ClientError) in
            try client.perform(GetItemRequest(table: name, key: key, isConsistent: true))
        }
    }

    private func value(under key: AttributeMap) throws(StorageError) -> [UInt8]? {
        guard let item = try item(key) else { return nil }
        return try item.bytes("v")
    }

    func eachPage(
        of request: QueryRequest, _ body: ([AttributeMap]) throws(StorageError) -> Void
    ) throws(StorageError) {
        var request = request
        while true {
            let page = try calling { () throws(ClientError) in try client.perform(request) }
            if !page.items.isEmpty { try body(page.items) }
            guard let next = page.nextKey else { return }
            request.startKey = next
        }
    }
}

/// The keys of one index's items.
struct IndexKeys: Sendable {
    static let small: UInt8 = 0x00
    static let journal: UInt8 = 0x01
    static let lanes = Array(UInt8(0x10)...0x17)

    static let writerSort: [UInt8] = [0x00]
    static let headSort: [UInt8] = [0x01]
    static let sessionKind: UInt8 = 0x02
    static let recordKind: UInt8 = 0x03
    static let keyringSort: [UInt8] = [0x10]
    static let headPieceKind: UInt8 = 0x11

    let index: [UInt8]

    init(_ index: [UInt8]) { self.index = index }

    func partition(_ kind: UInt8) -> AttributeValue { .binary(index + [kind]) }

    func key(_ kind: UInt8, _ sort: [UInt8]) -> AttributeMap {
        ["p": partition(kind), "s": .binary(sort)]
    }

    var writer: AttributeMap { key(Self.small, Self.writerSort) }
    var keyring: AttributeMap { key(Self.small, Self.keyringSort) }

    func journal(_ count: UInt64) -> AttributeMap { key(Self.journal, count.bigEndianBytes) }

    func headPiece(_ name: [UInt8], _ number: Int) -> AttributeMap {
        key(Self.small, [Self.headPieceKind] + name + UInt16(number).bigEndianBytes)
    }

    /// Whether something is under a number that is used once, and so one of many: a record.
    static func isNumbered(_ name: [UInt8]) -> Bool {
        (recordKind..<keyringSort[0]).contains(name[0])
    }

    /// Of a record or a session, by its name.
    func key(of name: [UInt8], piece: Int = 0) -> AttributeMap {
        guard Self.isNumbered(name) else { return key(Self.small, name) }
        let lane = Self.lanes[Int(name.last!) % Self.lanes.count]
        return key(lane, piece == 0 ? name : name + [UInt8(piece)])
    }
}

extension AttributeMap {
    /// - Throws: `corruption` for what is no binary.
    func bytes(_ name: Text) throws(StorageError) -> [UInt8] {
        guard case .binary(let bytes)? = self[name] else { throw .malformedItem }
        return bytes
    }
}

extension FixedWidthInteger {
    var bigEndianBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }

    /// Of its bytes, which are as many as it has.
    init(bigEndianBytes bytes: some Sequence<UInt8>) {
        self = bytes.reduce(0) { $0 << 8 | Self($1) }
    }
}

extension StorageError {
    static let malformedItem = StorageError.corruption(
        file: nil, offset: nil, detail: "an item of the table")

    init(_ error: ClientError) { self = .remote(error.description) }
}

/// A call of the client, whose failure becomes the storage's.
func calling<Answer>(
    _ body: () throws(ClientError) -> Answer
) throws(StorageError) -> Answer {
    do throws(ClientError) { return try body() } catch { throw StorageError(error) }
}
