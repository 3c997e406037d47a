// Constraints of the service's model on what requests for exports, imports and bulk puts have in
// common.

extension MemberChecks {
    package mutating func clientToken(_ token: String?) {
        guard let token, token.isEmpty || token.utf8.contains(UInt8(ascii: "$")) else { return }
        fail(
            token, at: "clientToken",
            "Member must satisfy regular expression pattern: ^[^\\$]+$")
    }

    package mutating func jobARN(_ arn: String?, at path: String) {
        require(arn != nil, at: path)
        length(of: arn, in: 37...1024, at: path)
    }

    /// Checks a bucket's name, and its owner's.
    ///
    /// - Parameter path: of the structure around the two, with its dot.
    package mutating func bucket(_ name: String?, owner: String?, at path: String) {
        length(of: name, in: 0...255, at: path + "s3Bucket")
        if let name, !Self.isBucketName(name) {
            fail(
                name, at: path + "s3Bucket",
                "Member must satisfy regular expression pattern: "
                    + "^[a-z0-9A-Z]+[\\.\\-\\w]*[a-z0-9A-Z]+$")
        }
        if let owner, owner.utf8.count != 12 || !owner.utf8.allSatisfy({ $0 &- 48 < 10 }) {
            fail(
                owner, at: path + "s3BucketOwner",
                "Member must satisfy regular expression pattern: [0-9]{12}")
        }
    }

    private static func isBucketName(_ name: String) -> Bool {
        func isEnd(_ byte: UInt8) -> Bool {
            byte &- 48 < 10 || (byte | 0x20) &- 97 < 26
        }
        guard name.utf8.count >= 2, let first = name.utf8.first, let last = name.utf8.last else {
            return false
        }
        return isEnd(first) && isEnd(last)
            && name.utf8.allSatisfy { isEnd($0) || [0x2D, 0x2E, 0x5F].contains($0) }
    }

    /// Checks what is said of CSV.
    package mutating func csv(delimiter: String?, headers: [String]?) {
        let path = "inputFormatOptions.csv"
        length(of: delimiter, in: 1...1, at: path + ".delimiter")
        if let delimiter, delimiter.utf16.count == 1, !",;:|\t ".contains(delimiter) {
            fail(
                delimiter, at: path + ".delimiter",
                "Member must satisfy regular expression pattern: [,;:|\\t ]")
        }
        guard let headers else { return }
        length(
            headers.count, of: "[" + headers.joined(separator: ", ") + "]", in: 1...255,
            at: path + ".headerList")
    }
}
