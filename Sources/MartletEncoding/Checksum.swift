internal import CMartletChecksum

/// CRC-32C of bytes: what every stored record ends with.
package func crc32c(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    martlet_crc32c(0, bytes.baseAddress, bytes.count)
}

/// The same without the processor's help: the truth in tests.
func portableCRC32C(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    martlet_crc32c_portable(0, bytes.baseAddress, bytes.count)
}

/// A stored record that is not what its writer wrote.
package struct CorruptRecord: Error, Equatable, Sendable {
    /// What broke, without the record's contents.
    package var reason: String

    package init(_ reason: String) { self.reason = reason }
}
