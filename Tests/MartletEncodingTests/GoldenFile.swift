import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// A file of `what: hexadecimal bytes` lines; `#` begins a comment.
struct GoldenFile {
    let entries: [String: [UInt8]]

    init(_ name: String) throws {
        let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
        let text = try #require(Self.contents(of: "/\(folder)/Golden/\(name)"))
        var entries: [String: [UInt8]] = [:]
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            // Descriptions may hold colons; the bytes follow the last one.
            let colon = try #require(line.lastIndex(of: ":"))
            let hex = Array(line[line.index(after: colon)...].utf8.drop { $0 == 0x20 })
            let bytes = stride(from: 0, to: hex.count, by: 2).map {
                UInt8(String(decoding: hex[$0..<$0 + 2], as: UTF8.self), radix: 16)!
            }
            #expect(entries.updateValue(bytes, forKey: String(line[..<colon])) == nil)
        }
        self.entries = entries
    }

    private static func contents(of path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 {
            bytes += buffer[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension Sequence<UInt8> {
    /// Two digits a byte, for failure messages.
    var hex: String {
        map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
