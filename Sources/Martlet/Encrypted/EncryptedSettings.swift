// What an index's keyring says of it beside keys. Integers little-endian.
//
//   offset  bytes  field
//   0       1      version, 1
//   1       1      metric (EncryptedMetric)
//   2       4      n, bytes of the name
//   6       n      the name, UTF-8

struct EncryptedSettings: Equatable {
    var name: String
    var metric: EncryptedMetric

    init(name: String, metric: EncryptedMetric) {
        self.name = name
        self.metric = metric
    }

    var bytes: [UInt8] {
        let text = Array(name.utf8)
        let count = withUnsafeBytes(of: UInt32(text.count).littleEndian) { Array($0) }
        return [1, metric.rawValue] + count + text
    }

    /// nil for another version.
    init?(_ bytes: [UInt8]) {
        guard bytes.count >= 6, bytes[0] == 1, let metric = EncryptedMetric(rawValue: bytes[1])
        else { return nil }
        let count = bytes.withUnsafeBytes {
            Int(UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: 2, as: UInt32.self)))
        }
        guard bytes.count == 6 + count,
            let name = String(validating: bytes[6...], as: UTF8.self)
        else { return nil }
        self.init(name: name, metric: metric)
    }
}
