// Files of this machine as the source of an import: a file, or all files of a folder.
//
// What is not said is told by names: `items.csv.gz` is CSV in gzip. A folder that an export wrote,
// one with `manifest-summary.json`, stands for its data files.

internal import Glibc
package import MartletCatalog

package struct LocalSource {
    package let path: BucketPath
    /// How many bytes the files have.
    package let sizeBytes: Int
    /// What the names say; nil where they say nothing, or do not agree.
    package let format: TransferFormat?
    package let compression: TransferCompression?

    /// - Parameter path: of a file or a folder.
    /// - Throws: when there is nothing to read; the message says what is wrong.
    package init(_ path: String) throws(TransferFailure) {
        guard let resolved = realpath(path, nil) else { throw .inputOutput(path) }
        defer { free(resolved) }
        let whole = String(cString: resolved)
        var status = stat()
        guard stat(whole, &status) == 0 else { throw .inputOutput(path) }
        if status.st_mode & S_IFMT == S_IFDIR {
            let bucket = try Self.bucket(whole)
            let isExport = try bucket.objects(prefix: "manifest-summary.json").count == 1
            try self.init(folder: whole, prefix: isExport ? "data/" : "", bucket)
        } else {
            guard let slash = whole.lastIndex(of: "/"), slash > whole.startIndex else {
                throw TransferFailure(
                    code: "InvalidPath", message: "\(path): a file must be in a folder")
            }
            let folder = String(whole[..<slash])
            let name = String(whole[whole.index(after: slash)...])
            try self.init(folder: folder, prefix: name, try Self.bucket(folder))
            let bucket = try Self.bucket(folder)
            guard try bucket.objects(prefix: name).count == 1 else {
                throw TransferFailure(
                    code: "InvalidPath",
                    message: "\(path): other files' names begin with this one's; move it to a "
                        + "folder of its own")
            }
        }
    }

    private init(folder: String, prefix: String, _ bucket: Bucket) throws(TransferFailure) {
        let objects = try bucket.objects(prefix: prefix)
        guard !objects.isEmpty else { throw .noObjects }
        path = BucketPath(bucket: folder, prefix: prefix.isEmpty ? nil : prefix)
        sizeBytes = objects.reduce(0) { $0 + $1.sizeBytes }
        let kinds = Set(objects.map { Kind($0.key) })
        format = kinds.count == 1 ? kinds.first!.format : nil
        compression = kinds.count == 1 ? kinds.first!.compression : nil
    }

    private static func bucket(_ folder: String) throws(TransferFailure) -> Bucket {
        try BucketFolders(root: nil, takesPaths: true).bucket(folder)
    }

    private struct Kind: Hashable {
        var format: TransferFormat?
        var compression = TransferCompression.none

        init(_ name: String) {
            var name = name.lowercased()
            for (ending, compression) in [
                (".gz", TransferCompression.gzip), (".zst", .zstd), (".zstd", .zstd),
            ] where name.hasSuffix(ending) {
                self.compression = compression
                name.removeLast(ending.count)
            }
            if name.hasSuffix(".csv") { format = .csv }
            if [".json", ".jsonl", ".ndjson"].contains(where: name.hasSuffix) {
                format = .dynamoDBJSON
            }
        }
    }
}
