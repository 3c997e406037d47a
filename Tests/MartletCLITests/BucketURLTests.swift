import Testing

@testable import MartletCLI

@Suite struct BucketURLTests {
    @Test(
        "a bucket and what keys begin with",
        arguments: [
            ("s3://bucket", "bucket", nil), ("s3://bucket/", "bucket", nil),
            ("s3://bucket/a", "bucket", "a"), ("s3://bucket/a/b/", "bucket", "a/b/"),
            ("s3://bucket//a", "bucket", "/a"),
        ] as [(String, String, String?)])
    func names(text: String, bucket: String, prefix: String?) throws {
        let url = try #require(BucketURL(text))
        #expect(url.bucket == bucket)
        #expect(url.prefix == prefix)
    }

    @Test(
        "anything else is none",
        arguments: ["", "bucket", "s3:", "s3://", "s3:///a", "/folder", "http://bucket/a"])
    func others(text: String) {
        #expect(BucketURL(text) == nil)
    }
}
