public import MartletCatalog

/// CreateGlobalTable: global tables of 2017, which AWS itself has stopped to make.
public struct CreateGlobalTable: Sendable {
    public typealias Output = Never

    public var name: TableName

    public init(name: TableName) { self.name = name }
}

extension CreateGlobalTable: ReadOperation {
    package func run(in context: ReadContext) throws(OperationError) -> Never {
        throw .oldGlobalTables
    }
}

extension OperationError {
    static let oldGlobalTables = validation(
        "One or more parameter values were invalid: DynamoDB global tables version 2017.11.29 is "
            + "not supported. We recommend using DynamoDB global tables version 2019.11.21, "
            + "instead of version 2017.11.29 (Legacy).")

    static func globalTableMissing(_ name: TableName) -> OperationError {
        globalTableNotFound("Global table with name: '\(name)' does not exist.")
    }
}
