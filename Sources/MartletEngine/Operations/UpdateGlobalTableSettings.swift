package import MartletCatalog

/// UpdateGlobalTableSettings: there are no global tables of 2017, and AWS makes none any more.
package struct UpdateGlobalTableSettings: Sendable {
    package typealias Output = Never

    package var name: TableName

    package init(name: TableName) { self.name = name }
}

extension UpdateGlobalTableSettings: ReadOperation {
    package func run(in context: ReadContext) throws(OperationError) -> Never {
        throw .globalTableMissing(name)
    }
}
