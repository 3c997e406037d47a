package import MartletCatalog
package import MartletEngine
internal import MartletExpressions
package import MartletModel

/// How a page is to be read, in strings.
package struct PageWish {
    package var filter: String?
    package var projection: String?
    package var select: PageOptions.Select?
    package var limit: Int?
    package var start: Item?
    package var isConsistent = false
    package var report = CapacityReport.none

    package init(
        filter: String? = nil, projection: String? = nil, select: PageOptions.Select? = nil,
        limit: Int? = nil, start: Item? = nil, isConsistent: Bool = false,
        report: CapacityReport = .none
    ) {
        self.filter = filter
        self.projection = projection
        self.select = select
        self.limit = limit
        self.start = start
        self.isConsistent = isConsistent
        self.report = report
    }

    fileprivate func options(_ bound: inout Bound) throws(OperationError) -> PageOptions {
        var options = PageOptions()
        options.filter = try bound.condition(filter, .filter)
        options.projection = try bound.projection(projection)
        options.select = select
        options.limit = limit
        options.exclusiveStartKey = start
        options.isConsistent = isConsistent
        options.capacityReport = report
        return options
    }
}

extension Page {
    /// The items' attributes; empty for COUNT.
    package var list: [Item] { (items ?? []).map(\.item) }
}

extension TestDatabase {
    package func get(
        _ key: Item, in table: TableName = "Tab", _ projection: String? = nil,
        names: [Text: Text]? = nil
    ) throws(OperationError) -> Item? {
        var bound = try Bound(names, nil)
        return try engine.run(
            GetItem(table: table, key: key, projection: try bound.projection(projection))
        ).item?.item
    }

    package func search(
        _ vector: [Float], _ topK: Int = 10, in table: TableName = "Tab", index: Text = "byV",
        where condition: String? = nil, _ values: AttributeMap? = nil,
        showing projection: String? = nil, report: CapacityReport = .none
    ) throws(OperationError) -> SearchVectors.Output {
        var bound = try Bound(nil, values)
        return try engine.run(
            SearchVectors(
                table: table, index: index, vector: vector, topK: topK,
                condition: try bound.searchCondition(condition),
                projection: try bound.projection(projection), capacityReport: report))
    }

    package func query(
        _ condition: String, _ values: AttributeMap, in table: TableName = "Tab",
        index: Text? = nil, names: [Text: Text]? = nil, isForward: Bool = true,
        _ wish: PageWish = PageWish()
    ) throws(OperationError) -> Page {
        var bound = try Bound(names, values)
        let keyCondition = try bound.keyCondition(condition)
        return try engine.run(
            Query(
                table: table, index: index, keyCondition: keyCondition, isForward: isForward,
                reading: try wish.options(&bound)))
    }

    package func scan(
        _ table: TableName = "Tab", index: Text? = nil, segment: Scan.Segment? = nil,
        _ wish: PageWish = PageWish(), values: AttributeMap? = nil
    ) throws(OperationError) -> Page {
        var bound = try Bound(nil, values)
        return try engine.run(
            Scan(table: table, index: index, segment: segment, reading: try wish.options(&bound)))
    }

    /// Every page of a scan.
    package func scanAll(
        _ table: TableName = "Tab", index: Text? = nil, segment: Scan.Segment? = nil,
        limit: Int? = nil
    ) throws(OperationError) -> [Item] {
        try Self.allPages(limit: limit) { (wish) throws(OperationError) in
            try scan(table, index: index, segment: segment, wish)
        }
    }

    /// Every page of a query.
    package func queryAll(
        _ condition: String, _ values: AttributeMap, in table: TableName = "Tab",
        index: Text? = nil, isForward: Bool = true, limit: Int? = nil
    ) throws(OperationError) -> [Item] {
        try Self.allPages(limit: limit) { (wish) throws(OperationError) in
            try query(condition, values, in: table, index: index, isForward: isForward, wish)
        }
    }

    private static func allPages(
        limit: Int?, _ page: (PageWish) throws(OperationError) -> Page
    ) throws(OperationError) -> [Item] {
        var items: [Item] = []
        var wish = PageWish(limit: limit)
        while true {
            let page = try page(wish)
            items += page.list
            guard let last = page.lastEvaluatedKey else { return items }
            wish.start = last
        }
    }
}
