// A hash of what a request asks for, to tell one request from another: transactions that are sent
// again, and pages that go on. Clients do not choose each other's tokens, so it need not resist an
// attacker.
//
// Every step is a bijection of the state, so that no difference is lost on the way: xor of a word,
// the multiplication of FNV-1a, and a shift that lets high bits act on low ones.

/// The digest of bytes: 16 bytes, the same on every machine.
package func requestDigest(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    var hash: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d ^ UInt128(bytes.count)
    let prime: UInt128 = 0x0000_0000_0100_0000_0000_0000_0000_013b
    func mix(_ word: UInt64) {
        hash = (hash ^ UInt128(word)) &* prime
        hash ^= hash >> 71
    }
    var position = 0
    while bytes.count - position >= 8 {
        mix(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)))
        position += 8
    }
    for byte in bytes[position...] { mix(UInt64(byte)) }
    return withUnsafeBytes(of: hash.bigEndian) { Array($0) }
}
