// A bucket is a folder, and nothing outside the root is ever reached.

import Glibc
import MartletCatalog
import MartletTestBasics
import Testing

@testable import MartletTransfer

@Suite struct BucketFolderTests {
    private let folder: TemporaryFolder
    private let folders: BucketFolders

    init() throws {
        folder = try TemporaryFolder()
        #expect(mkdir(folder.path + "/root", 0o755) == 0)
        #expect(mkdir(folder.path + "/root/bucket", 0o755) == 0)
        #expect(mkdir(folder.path + "/outside", 0o755) == 0)
        folders = BucketFolders(root: folder.path + "/root")
    }

    private func write(_ text: String, to path: String) {
        let file = fopen(folder.path + "/" + path, "w")!
        fputs(text, file)
        fclose(file)
    }

    @Test("objects are listed by the bytes of their keys, and a prefix may end within a name")
    func listing() throws {
        let bucket = try folders.bucket("bucket")
        for key in ["b", "a/z", "a/b/c", "a-", "ab"] { try bucket.write([1, 2], to: key) }
        func keys(_ prefix: String) throws -> [String] {
            try bucket.objects(prefix: prefix).map(\.key)
        }
        #expect(try keys("") == ["a-", "a/b/c", "a/z", "ab", "b"])
        #expect(try keys("a") == ["a-", "a/b/c", "a/z", "ab"])
        #expect(try keys("a/") == ["a/b/c", "a/z"])
        #expect(try keys("a/b") == ["a/b/c"])
        #expect(try keys("a/b/c") == ["a/b/c"])
        #expect(try keys("a/b/c/") == [])
        #expect(try keys("nothing/here") == [])
        #expect(try bucket.objects(prefix: "b") == [Bucket.Object(key: "b", sizeBytes: 2)])
    }

    @Test(
        "a key whose parts are not plain names is refused",
        arguments: ["../x", "a/../../x", "/x", "a//x", "./x", "..", "a/", "", "a/\0x"])
    func badKeys(_ key: String) throws {
        let bucket = try folders.bucket("bucket")
        #expect(throws: TransferFailure.invalidKey) { try bucket.write([], to: key) }
        #expect(throws: TransferFailure.invalidKey) { _ = try bucket.open(key) }
    }

    @Test(
        "a bucket is a plain name of a folder, and without a root there is none",
        arguments: ["..", ".", "", "absent", "bucket/a", "../outside", "link", "file"])
    func badBuckets(_ name: String) {
        symlink(folder.path + "/outside", folder.path + "/root/link")
        write("x", to: "root/file")
        #expect(throws: TransferFailure.noSuchBucket) { _ = try folders.bucket(name) }
        #expect(throws: TransferFailure.noSuchBucket) {
            _ = try BucketFolders(root: nil).bucket(name)
        }
    }

    @Test("links in a bucket are neither followed nor listed")
    func links() throws {
        write("secret", to: "outside/secret")
        let bucket = try folders.bucket("bucket")
        symlink(folder.path + "/outside", folder.path + "/root/bucket/folder")
        symlink(folder.path + "/outside/secret", folder.path + "/root/bucket/file")
        #expect(try bucket.objects(prefix: "") == [])
        #expect(try bucket.objects(prefix: "folder/") == [])
        #expect(throws: TransferFailure.self) { _ = try bucket.open("file") }
        #expect(throws: TransferFailure.self) { _ = try bucket.open("folder/secret") }
        #expect(throws: TransferFailure.self) { try bucket.write([], to: "folder/new") }
        #expect(throws: TransferFailure.self) { try bucket.write([], to: "file") }
        #expect(access(folder.path + "/outside/new", F_OK) != 0)
    }

    @Test("what is not a file is not an object")
    func pipes() throws {
        #expect(mkfifo(folder.path + "/root/bucket/pipe", 0o644) == 0)
        let bucket = try folders.bucket("bucket")
        #expect(try bucket.objects(prefix: "") == [])
        #expect(throws: TransferFailure.noObjects) { _ = try bucket.open("pipe") }
    }
}
