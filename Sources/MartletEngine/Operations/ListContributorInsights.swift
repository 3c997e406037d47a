package import MartletCatalog
package import MartletModel

/// ListContributorInsights: the settings that are on, of one table or of all: a table before its
/// indexes, tables by name.
package struct ListContributorInsights: Sendable {
    package var table: TableName?
    package var limit: Int
    /// The last place of the page before.
    package var start: Place?

    package init(table: TableName? = nil, limit: Int = 100, start: Place? = nil) {
        self.table = table
        self.limit = limit
        self.start = start
    }

    /// A table, or an index of one.
    package struct Place: Hashable, Sendable {
        package var table: TableName
        package var index: Text?

        package init(table: TableName, index: Text? = nil) {
            self.table = table
            self.index = index
        }
    }

    package struct Output: Sendable {
        package var settings: [(place: Place, mode: ContributorInsights.Mode)]
        /// nil when this is the last page.
        package var last: Place?
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
