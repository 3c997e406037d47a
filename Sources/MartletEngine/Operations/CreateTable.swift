public import MartletCatalog
internal import MartletModel

/// CreateTable: a table with its indexes, at once usable unless delays were asked for.
public struct CreateTable: Sendable {
    public typealias Output = TableDescription

    public var request: TableRequest

    public init(_ request: TableRequest) { self.request = request }
}

extension CreateTable: WriteOperation {
    /// Checks the request, so that a bad one does not queue.
    package func prepare(in context: ReadContext) throws(OperationError) {
        _ = try definition(nextID: 0, now: context.options.clock.now, context.options)
    }

    package func run(
        _ prepared: Void, in transaction: WriteTransaction
    ) throws(OperationError) -> TableDescription {
        let directory = transaction.directory
        if directory.tables[request.name] != nil {
            throw .resourceInUse("Table already exists: \(request.name)")
        }
        try directory.requireNotDeparting(request.name)
        if directory.tables.count >= Limits.tables {
            throw .limitExceeded(
                "Subscriber limit exceeded: There is a limit of \(Limits.tables) tables per "
                    + "subscriber")
        }
        var (definition, nextID) = try definition(
            nextID: directory.nextID, now: transaction.now, transaction.options)
        let stream = try transaction.newStream(of: &definition)
        // Before the change: it reads, which may fail.
        let description = try TableDescription(
            definition, status: .creating, owner: transaction.options.owner,
            tally: transaction.tally)
        if let stream { transaction.begin(stream) }
        transaction.save(definition, nextID: nextID)
        return description
    }

    func definition(
        nextID: UInt32, now: Timestamp, _ options: EngineOptions
    ) throws(OperationError) -> (TableDefinition, nextID: UInt32) {
        var next = nextID + 1
        do throws(ValidationError) {
            try request.requireNoSource(in: options.owner)
            let definition = try TableDefinition(
                creating: request, id: nextID, uuid: randomUUID(), now: now, owner: options.owner
            ) {
                defer { next += 1 }
                return next
            }
            return (definition, next)
        } catch {
            throw OperationError(error)
        }
    }
}

/// A random identifier, version 4 of RFC 9562.
func randomUUID() -> String {
    var bytes = (0..<16).map { _ in UInt8.random(in: .min ... .max) }
    bytes[6] = bytes[6] & 0x0F | 0x40
    bytes[8] = bytes[8] & 0x3F | 0x80
    let digits = bytes.map { byte in
        let text = String(byte, radix: 16)
        return byte < 16 ? "0" + text : text
    }
    return [0..<4, 4..<6, 6..<8, 8..<10, 10..<16]
        .map { digits[$0].joined() }
        .joined(separator: "-")
}
