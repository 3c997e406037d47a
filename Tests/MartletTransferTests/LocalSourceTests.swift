import Glibc
import MartletCatalog
import MartletTestBasics
import Testing

@testable import MartletTransfer

@Suite struct LocalSourceTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func write(_ text: String, to key: String) throws {
        let bucket = try BucketFolders(root: nil, takesPaths: true).bucket(folder.path)
        try bucket.write(Array(text.utf8), to: key)
    }

    @Test(
        "a file's name says its format and its compression",
        arguments: [
            ("a.csv", .csv, TransferCompression.none), ("a.CSV.GZ", .csv, .gzip),
            ("a.json", .dynamoDBJSON, .none), ("a.jsonl.zst", .dynamoDBJSON, .zstd),
            ("a.ndjson.zstd", .dynamoDBJSON, .zstd), ("a.txt", nil, .none), ("a.gz", nil, .gzip),
        ] as [(String, TransferFormat?, TransferCompression)])
    func names(name: String, format: TransferFormat?, compression: TransferCompression) throws {
        try write("12345", to: name)
        let source = try LocalSource(folder.path + "/" + name)
        #expect(source.format == format)
        #expect(source.compression == compression)
        #expect(source.sizeBytes == 5)
        #expect(source.path.prefix == name)
        #expect(BucketFolders.isPath(source.path.bucket))
    }

    @Test("a folder stands for its files, which must agree")
    func folders() throws {
        try write("1", to: "in/a.json.gz")
        try write("22", to: "in/deep/b.json.gz")
        let alike = try LocalSource(folder.path + "/in")
        #expect(alike.format == .dynamoDBJSON && alike.compression == .gzip)
        #expect(alike.sizeBytes == 3 && alike.path.prefix == nil)
        try write("3", to: "in/c.csv")
        let mixed = try LocalSource(folder.path + "/in")
        #expect(mixed.format == nil && mixed.compression == nil)
    }

    @Test("a folder that an export wrote stands for its data files")
    func exports() throws {
        try write("{}", to: "id/manifest-summary.json")
        try write("1", to: "id/data/x.json.gz")
        let source = try LocalSource(folder.path + "/id")
        #expect(source.path.prefix == "data/")
        #expect(source.sizeBytes == 1)
    }

    @Test("what cannot be read, or would read too much, is refused")
    func refusals() throws {
        #expect(throws: TransferFailure.self) { try LocalSource(folder.path + "/absent.csv") }
        mkdir(folder.path + "/empty", 0o755)
        #expect(throws: TransferFailure.noObjects) { try LocalSource(folder.path + "/empty") }
        try write("1", to: "a.csv")
        try write("1", to: "a.csv.old")
        #expect(throws: TransferFailure.self) { try LocalSource(folder.path + "/a.csv") }
        #expect(throws: Never.self) { try LocalSource(folder.path + "/a.csv.old") }
    }

    @Test("a server's buckets are never named by a path")
    func paths() throws {
        #expect(throws: TransferFailure.noSuchBucket) {
            try BucketFolders(root: folder.path).bucket(folder.path)
        }
    }
}
