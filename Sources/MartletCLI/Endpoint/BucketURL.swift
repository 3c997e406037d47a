/// Objects in a bucket that a server knows, as the command line names them: `s3://BUCKET/PREFIX`.
struct BucketURL {
    let bucket: String
    /// nil: none was given.
    let prefix: String?

    /// nil for any other text.
    init?(_ text: String) {
        guard text.hasPrefix("s3://") else { return nil }
        let parts = text.dropFirst(5).split(
            separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = parts.first, !name.isEmpty else { return nil }
        bucket = String(name)
        prefix = parts.count > 1 && !parts[1].isEmpty ? String(parts[1]) : nil
    }
}
