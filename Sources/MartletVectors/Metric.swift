/// How far two vectors are from each other. Distances are smaller for closer vectors.
public enum Metric: UInt8, Hashable, Sendable, CaseIterable {
    /// 1 - cos, from 0 to 2. A zero vector is at 1 from every vector.
    case cosine = 0
    /// The length of the difference.
    case euclidean = 1
    /// The sum of products, negated.
    case dotProduct = 2
}
