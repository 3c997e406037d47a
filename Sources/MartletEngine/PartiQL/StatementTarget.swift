// What statements do to which table, as can be told before they run: for those who decide whether
// they may.

package import MartletCatalog
package import MartletModel
internal import MartletPartiQL

package struct StatementTarget: Sendable, Hashable {
    package enum Kind: Sendable { case select, insert, update, delete, exists }

    package var kind: Kind
    package var table: TableName
    package var index: Text?
}

extension ParsedStatement {
    package var target: StatementTarget {
        let kind: StatementTarget.Kind =
            switch statement {
            case .select: .select
            case .insert: .insert
            case .update: .update
            case .delete: .delete
            case .exists: .exists
            }
        return StatementTarget(
            kind: kind, table: TableName(reference: statement.source.table),
            index: statement.source.index)
    }
}

extension BatchExecuteStatement {
    /// Of the statements that could be read; the others are refused whoever sends them.
    package var targets: [StatementTarget] { members.compactMap { $0.parsed?.target } }
}

extension ExecuteTransaction {
    package var targets: [StatementTarget] { statements.map(\.target) }
}

extension GetRecords {
    /// The stream that the iterator is of; nil when it is none.
    package var streamARN: String? { ShardIterator(text: iterator)?.arn }
}
