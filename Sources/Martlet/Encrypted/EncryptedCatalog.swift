// Which indexes a folder has, and in which folders they are: sealed, under a key of the caller's or
// else one that lies beside it.
//
//   offset  bytes  field
//   0       8      magic: "MARTLIST"
//   8       4      format version, 1
//   12      32     salt
//   44             sealed, with the bytes before it as associated data:
//     0       4    n, indexes; each: folder (16 bytes), length of the name (4), name
//     ...          zeros up to the size class
//
// A key that lies beside it keeps names out of what is searched for them, not from whoever has the
// folder (docs/threat-model.md). Integers are little-endian.

internal import MartletKeyValue
internal import MartletSealing

struct EncryptedCatalog {
    private static let magic = Array("MARTLIST".utf8)
    private static let headBytes = 44

    /// By name, the 16 bytes whose hexadecimal digits are the folder's name.
    var folders: [String: [UInt8]] = [:]

    init() {}

    /// Whether a folder is one of encrypted indexes.
    static func isThere(_ folder: String) -> Bool {
        let bytes = try? SmallFile.read(folder + "/" + EncryptedClient.catalogName)
        return bytes?.starts(with: magic) ?? false
    }

    /// What is wrong with a folder's catalogue as far as it can be told without a key; nil for
    /// nothing.
    static func formProblem(_ folder: String) throws(StorageError) -> String? {
        let bytes = try SmallFile.read(folder + "/" + EncryptedClient.catalogName) ?? []
        guard bytes.starts(with: magic + word(1)) else { return "it has an unknown format" }
        let sealedCount = bytes.count - headBytes - SealingKey.tagBytes
        guard sealedCount >= 64, sealedCount == SealedFormat.sizeClass(of: sealedCount) else {
            return "it has a length that it cannot have"
        }
        return nil
    }

    func bytes(_ key: Secret) -> [UInt8] {
        let head = Self.magic + Self.word(1) + randomBytes(32)
        var body = Self.word(UInt32(folders.count))
        for (name, folder) in folders.sorted(by: { $0.key < $1.key }) {
            body += folder + Self.word(UInt32(name.utf8.count)) + Array(name.utf8)
        }
        let size = SealedFormat.sizeClass(of: body.count)
        body += [UInt8](repeating: 0, count: size - body.count)
        return head + Self.seal(key, head).seal(body, Nonce(0), associated: head)
    }

    /// - Throws: `wrongCatalogKey`, which damage cannot be told from; `altered`, `cutShort`.
    init(_ bytes: [UInt8], _ key: Secret) throws(EncryptedIndexError) {
        let place = "the catalogue"
        guard bytes.count > Self.headBytes else { throw .cutShort(place) }
        guard bytes.starts(with: Self.magic + Self.word(1)) else { throw .altered(place) }
        let head = Array(bytes[..<Self.headBytes])
        let seal = Self.seal(key, head)
        guard let body = seal.open(bytes[Self.headBytes...], Nonce(0), associated: head) else {
            throw .wrongCatalogKey
        }
        // Whoever sealed it had the key, so it is as `bytes` writes it.
        var rest = body[...]
        func take(_ count: Int) -> [UInt8] {
            defer { rest.removeFirst(count) }
            return Array(rest.prefix(count))
        }
        func word() -> Int {
            take(4).withUnsafeBytes { Int(UInt32(littleEndian: $0.loadUnaligned(as: UInt32.self))) }
        }
        for _ in 0..<word() {
            let folder = take(16)
            folders[String(decoding: take(word()), as: UTF8.self)] = folder
        }
    }

    private static func seal(_ key: Secret, _ head: [UInt8]) -> SealingKey {
        SealingKey(key.derived(salt: Array(head[12...]), purpose: "martlet catalogue 1"))
    }

    private static func word(_ number: UInt32) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }

    static func name(of folder: [UInt8]) -> String {
        folder.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}
