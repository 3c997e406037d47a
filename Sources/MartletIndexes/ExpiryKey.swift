// Rows that say when an item expires, in the order of their times:
//
//   bytes  field
//   1      space, 0x05
//   4      id of the table, big-endian
//   8      seconds since 1970, big-endian
//   …      the item's row key after its own space and id
//
// The value is empty. Spec: docs/format/keys.md.

package import MartletCatalog
internal import MartletEncoding
package import MartletModel

package struct ExpiryKey: Sendable {
    package let bytes: [UInt8]

    /// The expiry row of an item, or nil when its table has no time to live or the item no time:
    /// the attribute must be a number; fractions of a second are cut off.
    package init?(
        of item: some AttributeSource, under rowKey: [UInt8], in table: TableDefinition
    ) {
        guard let attribute = table.timeToLiveAttribute,
            let seconds = Self.expirySeconds(item.value(named: attribute))
        else { return nil }
        var key = Self.start(table.id, seconds: seconds)
        key.append(contentsOf: rowKey[5...])
        bytes = key
    }

    /// When a value of the time-to-live attribute says that its item expires.
    package static func expirySeconds(_ value: AttributeValue?) -> UInt64? {
        guard case .number(let number)? = value, !number.isNegative else { return nil }
        return UInt64(number.description.prefix { $0 != "." })
    }

    /// Where the rows of a table's items that expire at this second begin.
    package static func start(_ tableID: UInt32, seconds: UInt64) -> [UInt8] {
        var key = OrderedKey.tablePrefix(.expiry, tableID)
        key.appendBigEndian(seconds)
        return key
    }

    /// The row key of the item that an expiry row is about.
    package static func rowKey(fromExpiryKey key: [UInt8], of tableID: UInt32) -> [UInt8] {
        OrderedKey.tablePrefix(.item, tableID) + key[13...]
    }
}
