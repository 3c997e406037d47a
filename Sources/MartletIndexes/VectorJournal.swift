// The journals of vector indexes: which items' entries changed, in the order of the changes. What
// an index has in memory and in its file is made from the items; a journal line says that an item
// is to be looked at again.
//
//   key                                                    value
//   0x06                                                   next sequence (8, little-endian)
//   0x06 · index id (4, big-endian) · sequence (8, b.-e.)  row key of the item
//
// Sequences rise with every change of any vector index and are never used again: the next one is
// written in the batch of the lines below it, so a journal that was emptied does not begin anew.
// A file made from the lines up to some sequence is of a later state than the store if that
// sequence is not below the next one, as after a power failure that took back unsynced writes.
//
//   0x07 · index id (4, big-endian)                        row key: how far items have been added
//
// for an index that is being filled. Spec: docs/format/keys.md.

package import MartletEncoding

package enum VectorJournal {
    package static let nextSequenceKey = RowSequence.nextKey(.vectorJournal)
    package static let firstSequence = RowSequence.first

    /// What the keys of an index's lines begin with.
    package static func prefix(_ indexID: UInt32) -> [UInt8] {
        OrderedKey.tablePrefix(.vectorJournal, indexID)
    }

    package static func key(_ indexID: UInt32, _ sequence: UInt64) -> [UInt8] {
        RowSequence.key(.vectorJournal, indexID, sequence)
    }

    /// The sequence in a line's key.
    package static func sequence(inKey key: [UInt8]) throws(CorruptRecord) -> UInt64 {
        try RowSequence.number(inKey: key)
    }

    package static func encode(nextSequence: UInt64) -> [UInt8] {
        RowSequence.encode(next: nextSequence)
    }

    package static func decodeNextSequence(_ bytes: [UInt8]) throws(CorruptRecord) -> UInt64 {
        try RowSequence.decodeNext(bytes)
    }

    /// Under what the walk over the items of an index that is being filled notes its progress.
    package static func walkKey(_ indexID: UInt32) -> [UInt8] {
        OrderedKey.tablePrefix(.vectorWalk, indexID)
    }
}
