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

extension ListTables: ReadOperation {
    package func run(in context: ReadContext) throws(OperationError) -> Output {
        let names = context.directory.shownNames
        let first = names.firstPosition { name in exclusiveStartName.map { $0 < name } ?? true }
        let rest = names[first...]
        let page = Array(rest.prefix(limit))
        return Output(
            names: page, lastEvaluatedName: page.count < rest.count ? page.last : nil)
    }
}

extension [TableName] {
    /// The first position where `condition`, false up to a point and true from there, is true.
    fileprivate func firstPosition(where condition: (TableName) -> Bool) -> Int {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = (low + high) / 2
            if condition(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
