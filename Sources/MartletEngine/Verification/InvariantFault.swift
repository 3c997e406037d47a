internal import MartletCatalog
internal import MartletModel

/// One row that is at fault, with what whoever repairs it needs to know. Unlike a finding, it has the
/// row's key, so it never leaves the engine.
struct InvariantFault {
    let problem: InvariantFinding.Problem
    var tableName: TableName?
    var table: TableDefinition?
    var indexName: Text?
    /// Of the row; of a missing row, of the item that should have it; of a count, its own.
    var key: [UInt8]?
    /// What a wrong count should be.
    var counted: Tally?
}
