// Where a SELECT goes on, as bytes for the client to keep:
//
//   offset  bytes  field
//   0       1      version, 1
//   1       16     digest of the statement and its parameters
//   17      2      which of the statement's queries, little-endian
//   19      …      record of the last row's key; absent when the query begins
//
// A token says nothing that LastEvaluatedKey does not say. One that a client made up is at worst a
// start key that it could have given to Query.

internal import MartletEncoding
internal import MartletModel

struct StatementToken {
    private static let version: UInt8 = 1
    private static let headerBytes = 19

    var branch: Int
    var position: Item?

    init(branch: Int, position: Item?) {
        self.branch = branch
        self.position = position
    }

    func bytes(for statement: ParsedStatement) -> [UInt8] {
        var bytes = [Self.version] + statement.digest
        bytes.appendLittleEndian(UInt16(branch))
        if let position { bytes += ItemRecord(position).bytes }
        return bytes
    }

    /// - Throws: when the bytes are no token, or the token of another request.
    init(_ bytes: [UInt8], for statement: ParsedStatement) throws(OperationError) {
        guard bytes.count >= Self.headerBytes, bytes[0] == Self.version else { throw .invalidToken }
        guard Array(bytes[1..<17]) == statement.digest else {
            throw .validation("NextToken does not match request")
        }
        branch = Int(bytes[17]) | Int(bytes[18]) << 8
        if bytes.count > Self.headerBytes {
            guard let record = try? ItemRecord(verifying: Array(bytes[Self.headerBytes...])) else {
                throw .invalidToken
            }
            position = record.item
        }
    }
}

extension OperationError {
    package static let invalidToken = validation("Invalid NextToken")
}
