// A statement of a request, read once: as text it names the request, as syntax it is carried out.

internal import MartletEncoding
public import MartletModel
package import MartletPartiQL

/// A statement of PartiQL with values for its question marks.
public struct ParsedStatement: Sendable {
    package let text: String
    package let parameters: [AttributeValue]
    package let statement: Statement

    /// - Throws: `validation`, for whatever can be wrong with a statement before its table is known.
    public init(
        _ text: String, parameters: [AttributeValue] = []
    ) throws(OperationError) {
        self.text = text
        self.parameters = parameters
        do throws(ValidationError) {
            statement = try Statement(reading: text, parameters: parameters)
        } catch {
            throw OperationError(error)
        }
    }

    /// Equal for equal texts with equal parameters, however those are written.
    var digest: [UInt8] { Self.digest(of: [self]) }

    /// - Parameter settings: what else a request says of its statements.
    static func digest(
        of statements: [ParsedStatement], with settings: [UInt8] = []
    ) -> [UInt8] {
        var bytes = settings
        for statement in statements {
            bytes.appendLittleEndian(UInt32(statement.text.utf8.count))
            bytes += Array(statement.text.utf8)
            bytes += ItemRecord(["": .list(statement.parameters)]).bytes
        }
        return bytes.withUnsafeBytes { requestDigest($0) }
    }
}
