internal import MartletModel

/// How far apart vectors are.
public enum EncryptedMetric: UInt8, Sendable, Hashable, CaseIterable {
    /// The length of the difference.
    case euclidean = 0
    /// Its square.
    case squaredEuclidean = 1
    /// 1 - cos; 1 for a vector of zeros.
    case cosine = 2
    /// The product, negated.
    case dotProduct = 3
}

/// What a row is called. A number and its decimal text are different ids.
public enum EncryptedID: Hashable, Sendable {
    case int(Int64)
    case string(String)

    /// How it is written as a key: "i" and the decimal number, or "s" and the text.
    var text: Text {
        switch self {
        case .int(let number): Text("i\(number)")
        case .string(let text): Text("s" + text)
        }
    }

    init?(_ text: Text) {
        let string = text.string
        switch string.utf8.first {
        case UInt8(ascii: "i"):
            guard let number = Int64(string.dropFirst()) else { return nil }
            self = .int(number)
        case UInt8(ascii: "s"): self = .string(String(string.dropFirst()))
        default: return nil
        }
    }
}

extension EncryptedID: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
    public init(integerLiteral value: Int64) { self = .int(value) }
    public init(stringLiteral value: String) { self = .string(value) }
}

/// A row of an encrypted index.
public struct EncryptedRow: Sendable, Hashable {
    public var id: EncryptedID
    public var vector: [Float]
    /// What the vector stands for. None reads back as no bytes.
    public var contents: [UInt8]
    public var metadata: Metadata?

    public init(
        id: EncryptedID, vector: [Float], contents: [UInt8] = [], metadata: Metadata? = nil
    ) {
        self.id = id
        self.vector = vector
        self.contents = contents
        self.metadata = metadata
    }
}

/// A row that a query found.
public struct EncryptedMatch: Sendable, Hashable {
    public let id: EncryptedID
    /// Smaller is closer.
    public let distance: Double
    public let metadata: Metadata?
}

/// Somebody else who may open an index.
public struct EncryptedUser: Sendable, Hashable {
    public enum Permission: Sendable, Hashable {
        case read
        /// Includes reading.
        case write
    }

    /// 16 bytes.
    public let id: [UInt8]
    public let permission: Permission

    public init(id: [UInt8], permission: Permission) {
        self.id = id
        self.permission = permission
    }
}
