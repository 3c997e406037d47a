internal import MartletCatalog
internal import MartletModel

/// Which jobs are listed, and how many at a time.
public struct TransferPage: Sendable {
    package static let limit = 25

    /// nil: of all tables.
    public var tableARN: String?
    /// At most 25.
    public var limit: Int
    /// Where the page before ended, as its `nextToken` said.
    public var token: String?

    public init(tableARN: String? = nil, limit: Int = 25, token: String? = nil) {
        self.tableARN = tableARN
        self.limit = limit
        self.token = token
    }

    func read<Job: TransferJob>(
        _ type: Job.Type, in context: ReadContext
    ) throws(OperationError) -> (jobs: [Job], nextToken: String?) {
        var table: TableName?
        if let tableARN {
            do throws(ValidationError) {
                table = try ResourceARN(parsing: tableARN).table
            } catch {
                throw OperationError(error)
            }
        }
        var start: TransferID?
        if let token {
            guard let id = Self.id(in: token) else {
                throw .validation("Invalid NextToken")
            }
            start = id
        }
        let (jobs, next) = try context.jobs(type, of: table, before: start, limit: limit)
        return (jobs, next.map(Self.token))
    }

    // MARK: Tokens

    /// The service's tokens are hexadecimal, in groups of 16 digits, and have 112 at least.
    private static let tokenBytes = 56

    private static func token(_ id: TransferID) -> String {
        var bytes = Array(id.description.utf8)
        bytes += Array(repeating: 0, count: tokenBytes - bytes.count)
        return bytes.map { byte in
            let digits = String(byte, radix: 16)
            return byte < 16 ? "0" + digits : digits
        }.joined()
    }

    private static func id(in token: String) -> TransferID? {
        let digits = Array(token.utf8)
        guard digits.count == tokenBytes * 2 else { return nil }
        var bytes: [UInt8] = []
        for position in stride(from: 0, to: digits.count, by: 2) {
            let pair = String(decoding: digits[position..<position + 2], as: UTF8.self)
            guard let byte = UInt8(pair, radix: 16) else { return nil }
            if byte != 0 { bytes.append(byte) }
        }
        return TransferID(String(decoding: bytes, as: UTF8.self))
    }
}
