public import MartletCatalog
public import MartletModel

/// ListContributorInsights: the settings that are on, of one table or of all: a table before its
/// indexes, tables by name.
public struct ListContributorInsights: Sendable {
    public var table: TableName?
    public var limit: Int
    /// The last place of the page before.
    public var start: Place?

    public init(table: TableName? = nil, limit: Int = 100, start: Place? = nil) {
        self.table = table
        self.limit = limit
        self.start = start
    }

    /// A table, or an index of one.
    public struct Place: Hashable, Sendable {
        public var table: TableName
        public var index: Text?

        public init(table: TableName, index: Text? = nil) {
            self.table = table
            self.index = index
        }
    }

    public struct Output: Sendable {
        public var settings: [(place: Place, mode: ContributorInsights.Mode)]
        /// nil when this is the last page.
        public var last: Place?
    }
}

extension ListContributorInsights: ReadOperation {
    package func run(in context: ReadContext) throws(OperationError) -> Output {
        let names =
            try table.map { name throws(OperationError) in
                [try context.directory.namedTable(name).definition.name]
            } ?? context.directory.names
        var settings: [(place: Place, mode: ContributorInsights.Mode)] = []
        for name in names {
            if let start, name < start.table { continue }
            let definition = context.directory.tables[name]!.definition
            var places = [nil] + definition.globalIndexes.map { Optional($0.name) }
            if let start, start.table == name, let place = places.firstIndex(of: start.index) {
                places.removeSubrange(...place)
            }
            for index in places {
                guard let setting = definition.attached.insights(of: index), setting.isEnabled
                else { continue }
                if settings.count == limit {
                    return Output(settings: settings, last: settings.last?.place)
                }
                settings.append((Place(table: name, index: index), setting.mode))
            }
        }
        return Output(settings: settings, last: nil)
    }
}
