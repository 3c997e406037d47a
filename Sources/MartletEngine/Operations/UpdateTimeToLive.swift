package import MartletCatalog
package import MartletModel

/// UpdateTimeToLive: names the attribute by which items expire, or stops expiry.
package struct UpdateTimeToLive: Sendable {
    package var table: TableName
    package var attribute: Text
    package var isEnabled: Bool

    package init(table: TableName, attribute: Text, isEnabled: Bool) {
        self.table = table
        self.attribute = attribute
        self.isEnabled = isEnabled
    }

    /// The specification as it was asked for.
    package struct Output: Sendable {
        package var attribute: Text
        package var isEnabled: Bool
    }
}
