package import MartletCatalog
package import MartletModel

/// Scan: reads a whole table or index, or one segment of it, in the order of its hashed keys.
package struct Scan: Sendable {
    package typealias Output = Page

    package struct Segment: Sendable {
        package var number: Int
        package var total: Int

        package init(number: Int, total: Int) {
            self.number = number
            self.total = total
        }
    }

    package var table: TableName
    package var index: Text?
    package var segment: Segment?
    package var reading: PageOptions

    package init(
        table: TableName, index: Text? = nil, segment: Segment? = nil,
        reading: PageOptions = PageOptions()
    ) {
        self.table = table
        self.index = index
        self.segment = segment
        self.reading = reading
    }
}
