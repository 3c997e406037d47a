package import MartletCatalog

/// ListTables: names in order, a page at a time.
package struct ListTables: Sendable {
    package var exclusiveStartName: TableName?
    package var limit: Int

    package init(exclusiveStartName: TableName? = nil, limit: Int = 100) {
        self.exclusiveStartName = exclusiveStartName
        self.limit = limit
    }

    package struct Output: Sendable {
        package var names: [TableName]
        package var lastEvaluatedName: TableName?
    }
}
