// Which tables a request touches, and how: each operation says so, so that none can be forgotten.
// A request that names a resource in a form that cannot be read touches everything, as far as
// permissions go: it is refused or fails.

package import MartletCatalog
internal import MartletEngine
internal import MartletModel

/// One table, or part of one, that a request touches.
package struct ResourceUse: Sendable, Hashable {
    package enum Resource: Sendable, Hashable {
        /// A part is what its ARN has after the table's name: `/index/ByStatus`.
        case table(TableName, part: String = "")
        /// Whatever tables there are, or something that cannot be read.
        case everything
        /// Nothing that belongs to anybody.
        case nothing
    }

    package var resource: Resource
    /// nil: the operation's own.
    package var action: ResourceAction?

    init(_ resource: Resource, _ action: ResourceAction? = nil) {
        self.resource = resource
        self.action = action
    }

    init(_ table: TableName, _ action: ResourceAction? = nil) {
        self.init(.table(table), action)
    }

    init(_ table: TableName, index: Text?) {
        self.init(.table(table, part: index.map { "/index/\($0)" } ?? ""))
    }

    /// The table that an ARN names, or whose part it names: an index, a stream, a backup, a job.
    init(arn text: String) {
        let fields = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard fields.count == 6, fields[0] == "arn", fields[2] == "dynamodb" else {
            self.init(.everything)
            return
        }
        let path = fields[5].split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        guard path.count >= 2, path[0] == "table", TableName.isValid(String(path[1])) else {
            self.init(.everything)
            return
        }
        self.init(
            .table(TableName(String(path[1])), part: path.count > 2 ? "/\(path[2])" : ""))
    }

    init(_ target: StatementTarget) {
        let part = target.index.map { "/index/\($0)" } ?? ""
        let action: ResourceAction =
            switch target.kind {
            case .select, .exists: .partiQLSelect
            case .insert: .partiQLInsert
            case .update: .partiQLUpdate
            case .delete: .partiQLDelete
            }
        self.init(.table(target.table, part: part), action)
    }
}
