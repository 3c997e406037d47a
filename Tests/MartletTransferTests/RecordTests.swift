// Records of objects: lines of JSON and rows of CSV, whole, broken and cut off.

import CTransferShim
import Glibc
import MartletCatalog
import MartletModel
import MartletTestBasics
import Testing

@testable import MartletTransfer

@Suite struct RecordTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func object(
        _ bytes: [UInt8], _ compression: TransferCompression = .none
    ) throws -> ObjectReader {
        let path = folder.path + "/object"
        let file = fopen(path, "w")!
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
        return try ObjectReader(OpenFile(open(path, O_RDONLY)), compression)
    }

    /// The items, and `faulty` for each record that is none.
    private func read(_ records: any RecordReader) throws -> [String] {
        var found: [String] = []
        while let record = try records.next() {
            switch record.content {
            case .faulty: found.append("faulty")
            case .item(let item, let condition):
                let text = item.entries.map { "\($0.name)=\(Self.text($0.value))" }
                found.append(text.joined(separator: " ") + (condition == nil ? "" : " if"))
            }
        }
        return found
    }

    private static func text(_ value: AttributeValue) -> String {
        switch value {
        case .string(let text): "S:\(text)"
        case .number(let number): "N:\(number)"
        case .binary(let bytes): "B:\(bytes)"
        default: "\(value.type.rawValue)"
        }
    }

    // MARK: JSON

    static let lines: [(String, [String])] = [
        (#"{"Item":{"a":{"S":"x"}}}"#, ["a=S:x"]),
        ("{\"Item\":{\"a\":{\"N\":\"1.0\"}}}\r\n\n  \n{\"Item\":{}}\n", ["a=N:1", ""]),
        (#"{"Item":{"a":{"S":"x"}}} {"Item":{}}"#, ["faulty"]),
        (#"{"Other":{}}"#, ["faulty"]),
        ("{}", ["faulty"]),
        (#"{"Item":{"a":{"N":"x"}}}"#, ["faulty"]),
        ("{\"Item\":\n{}}", ["faulty", "faulty"]),
    ]

    @Test("a line is an item, or faulty by itself", arguments: lines)
    func jsonLines(_ text: String, _ expected: [String]) throws {
        let records = JSONLines(try object(Array(text.utf8)), takesConditions: false)
        #expect(try read(records) == expected)
        #expect(records.plainBytes == text.utf8.count)
    }

    @Test("a condition counts in a bulk put, with placeholders that are all used")
    func conditions() throws {
        let lines = [
            #"{"Item":{"a":{"S":"x"}},"ConditionExpression":"attribute_exists(a)"}"#,
            #"{"Item":{"a":{"S":"x"}},"ConditionExpression":"a = :v","#
                + #""ExpressionAttributeValues":{":v":{"S":"x"}}}"#,
            #"{"Item":{"a":{"S":"x"}},"ConditionExpression":"a = "}"#,
            #"{"Item":{"a":{"S":"x"}},"ConditionExpression":"attribute_exists(a)","#
                + ##""ExpressionAttributeNames":{"#n":"a"}}"##,
        ]
        let bytes = Array(lines.joined(separator: "\n").utf8)
        let records = JSONLines(try object(bytes), takesConditions: true)
        #expect(try read(records) == ["a=S:x if", "a=S:x if", "faulty", "faulty"])
        let plain = JSONLines(try object(bytes), takesConditions: false)
        #expect(try read(plain) == ["faulty", "faulty", "faulty", "faulty"])
    }

    // MARK: CSV

    private func csv(
        _ text: String, delimiter: String? = nil, headers: [String]? = nil
    ) throws -> CSVRecords {
        let input = ImportJob.Input(
            source: BucketPath(bucket: "b"), format: .csv, delimiter: delimiter, headers: headers)
        let attributes = [
            KeyAttribute(name: "k", type: .string), KeyAttribute(name: "n", type: .number),
            KeyAttribute(name: "b", type: .binary),
        ]
        let definition = TableDefinition(
            name: "Tab", id: 1, uuid: "u", created: Timestamp(secondsSince1970: 0),
            attributeDefinitions: attributes, key: KeySchema(hash: [attributes[0]]))
        return CSVRecords(try object(Array(text.utf8)), input, of: definition)
    }

    static let rows: [(String, [String])] = [
        ("k,v\nx,1\n", ["k=S:x v=S:1"]),
        ("k,n,b\r\nx,1.50,AQI=\r\n", ["b=B:[1, 2] k=S:x n=N:1.5"]),
        ("k,n\nx,one\ny,2", ["faulty", "k=S:y n=N:2"]),
        ("k,b\nx,?\n", ["faulty"]),
        ("k,v\n\"a \"\"b\"\"\",\"1,2\"\n", [#"k=S:a "b" v=S:1,2"#]),
        ("k,v\nx,\"two\nlines\"\ny,z\n", ["k=S:x v=S:two\nlines", "k=S:y v=S:z"]),
        ("k,v\r\nx,\"two\r\nlines\r\"\r\n", ["k=S:x v=S:two\r\nlines\r"]),
        ("k,v\nx,\"\"\ny,\n", ["k=S:x", "k=S:y"]),
        ("k,v\nx\ny,1,2\nz,3\n", ["faulty", "faulty", "k=S:z v=S:3"]),
        ("k,v\nx,a\"b\nz,3\n", ["faulty", "k=S:z v=S:3"]),
        ("k,v\nx,\"a\"b\nz,3\n", ["faulty", "k=S:z v=S:3"]),
        ("k,v\n\nx,1\n", ["k=S:x v=S:1"]),
        ("k,v\nx,\"never ends", ["faulty"]),
        ("k\n", []),
        ("", []),
    ]

    @Test(
        "a row is an item, whose keys have their types and whose gaps are no attributes",
        arguments: rows)
    func csvRows(_ text: String, _ expected: [String]) throws {
        #expect(try read(csv(text)) == expected)
    }

    @Test("a quote that nobody closes costs no more than its bytes")
    func longQuote() throws {
        // Were each line read again with all before it, this would be 10^10 steps and never end.
        let text = "k\n\"" + String(repeating: "\n", count: 200_000)
        #expect(try read(csv(text)) == ["faulty"])
    }

    @Test("a header may come with the request, and another delimiter")
    func ownHeader() throws {
        #expect(
            try read(csv("k|v\nx|y,z\n", delimiter: "|", headers: ["k", "v"]))
                == ["k=S:k v=S:v", "k=S:x v=S:y,z"])
    }

    @Test(
        "an object whose header names nothing, or a name twice, is refused",
        arguments: ["k,k\nx,y\n", "k,\nx,y\n", "\"k\nx"])
    func badHeaders(_ text: String) throws {
        #expect(throws: TransferFailure.damagedHeader) { _ = try read(csv(text)) }
    }

    // MARK: Compression

    private func gzip(_ bytes: [UInt8]) -> [UInt8] {
        let writer = martlet_gzip_writer_make(6)!
        defer { martlet_gzip_writer_free(writer) }
        var output = [UInt8](repeating: 0, count: bytes.count + 1024)
        let capacity = output.count
        let step = output.withUnsafeMutableBufferPointer {
            martlet_gzip_write(writer, bytes, bytes.count, $0.baseAddress!, capacity, 1)
        }
        return Array(output[..<step.given])
    }

    private func plain(_ bytes: [UInt8], _ compression: TransferCompression) throws -> [UInt8] {
        let reader = try object(bytes, compression)
        var result: [UInt8] = []
        while try reader.read(into: &result) {}
        return result
    }

    @Test("members of gzip behind each other are one object, also larger than any buffer")
    func gzipMembers() throws {
        var random = SeededRandom(seed: 5)
        let first = (0..<700_000).map { _ in UInt8(truncatingIfNeeded: random.next() & 7) }
        let second = Array("end".utf8)
        #expect(try plain(gzip(first) + gzip(second), .gzip) == first + second)
        #expect(try plain([], .gzip) == [])
    }

    @Test("cut off, changed or uncompressed data are damage, and never more")
    func damage() throws {
        let whole = gzip(Array(repeating: 65, count: 100_000))
        for count in [1, 5, 10, whole.count / 2, whole.count - 1] {
            #expect(throws: TransferFailure.damagedObject, "cut off at \(count)") {
                _ = try plain(Array(whole[..<count]), .gzip)
            }
        }
        for compression in [TransferCompression.gzip, .zstd] {
            #expect(throws: TransferFailure.damagedObject) {
                _ = try plain(Array("plain text".utf8), compression)
            }
        }
    }
}
