public import MartletCatalog

/// ListTables: names in order, a page at a time.
public struct ListTables: Sendable {
    public var exclusiveStartName: TableName?
    public var limit: Int

    public init(exclusiveStartName: TableName? = nil, limit: Int = 100) {
        self.exclusiveStartName = exclusiveStartName
        self.limit = limit
    }

    public struct Output: Sendable {
        public var names: [TableName]
        public var lastEvaluatedName: TableName?
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
