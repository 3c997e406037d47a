// Files to import.
//
//   * Every byte of a file belongs to one record, whatever comes; a faulty record ends with itself.
//   * Lines of JSON are read as each of them alone.
//   * Columns that a writer of RFC 4180 wrote are read as they were, and no row takes more time than
//     its length allows: what is allocated is bounded.
//
// The first byte of a CSV's input: bit 0, `;` between columns; bit 1, a header in the request; bit 2,
// the rest is columns between zero bytes, to be written by the writer here.

internal import Glibc
internal import MartletCatalog
internal import MartletModel
internal import MartletTransfer
internal import MartletWire

extension Fuzzer {
    static let itemLines = Fuzzer(
        "item-lines",
        words: [
            "{\"Item\":{", "}}", "\n", "\r\n", "{\"S\":\"x\"}", "\"a\":", ",", " ", "\t",
            "\"Item\"", "null",
        ],
        // A file is read 64 KiB at a time.
        allocation: (512 << 10, 8 << 10),
        seeds: { _ in
            [
                "{\"Item\":{\"a\":{\"S\":\"x\"}}}\n{\"Item\":{\"n\":{\"N\":\"1.0\"}}}\r\n\n  \n",
                "{\"Item\":{}}\n{\"Other\":{}}\n{}\n[", "{\"Item\":{\"a\":{\"N\":\"x\"}}}",
            ].map { Array($0.utf8) }
        },
        check: { bytes throws(Finding) in
            let input = ImportJob.Input(source: BucketPath(bucket: "b"), format: .dynamoDBJSON)
            let found = try records(of: bytes, input)
            var expected: [Item?] = []
            for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true)
            {
                var line = Array(line)
                if line.last == UInt8(ascii: "\r") { line.removeLast() }
                if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { continue }
                expected.append((try? ItemLine(line, takesCondition: false))?.item)
            }
            try require(found == expected, "lines are not read as each alone")
        })

    static let csv = Fuzzer(
        "csv",
        words: ["\"", "\"\"", ",", ";", "\n", "\r\n", "k,n,b,v", "AQI=", "1.5", "\u{0}", "é"],
        allocation: (512 << 10, 8 << 10),
        seeds: { _ in
            [
                "\u{0}k,v\nx,1\n", "\u{0}k,n,b\r\nx,1.50,AQI=\r\n,2,\n",
                "\u{0}k,v\n\"a \"\"b\"\"\",\"1,2\"\nx,\"two\nlines\"\ny\n", "\u{1}k;v\nx;\"\"\n",
                "\u{2}a,b,c\n\n\"never ends\n", "\u{4}a\u{0}b\"\u{0}c\nd\u{0}e,f\u{0}\u{0}g",
            ].map { Array($0.utf8) }
        },
        check: { bytes throws(Finding) in
            var input = InputReader(bytes)
            let shape = input.byte()
            let delimiter = shape & 1 == 0 ? "," : ";"
            let request = ImportJob.Input(
                source: BucketPath(bucket: "b"), format: .csv, delimiter: delimiter,
                headers: shape & 2 == 0 ? nil : ["k", "v", "w"])
            guard shape & 4 != 0 else {
                _ = try records(of: UnsafeRawBufferPointer(rebasing: input.rest), request)
                return
            }
            try checkWritten(input.remainder(), request, delimiter)
        })

    private static func checkWritten(
        _ text: [UInt8], _ request: ImportJob.Input, _ delimiter: String
    ) throws(Finding) {
        var request = request
        request.headers = ["p", "v", "w"]
        var fields = text.split(separator: 0, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        while fields.count % 3 != 0 { fields.append("") }
        var file = ""
        var expected: [Item?] = []
        for row in stride(from: 0, to: fields.count, by: 3) {
            var item = Item()
            for (name, field) in zip(["p", "v", "w"] as [Text], fields[row..<row + 3])
            where !field.isEmpty {
                item[name] = .string(Text(field))
            }
            expected.append(item)
            file += fields[row..<row + 3].map(quoted).joined(separator: delimiter) + "\r\n"
        }
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: file.utf8.count, alignment: 1)
        defer { buffer.deallocate() }
        buffer.copyBytes(from: file.utf8)
        let found = try records(of: UnsafeRawBufferPointer(buffer), request)
        try require(found == expected, "columns are not read as they were written")
    }

    private static func quoted(_ field: String) -> String {
        var quoted = "\""
        for scalar in field.unicodeScalars {
            if scalar == "\"" { quoted.unicodeScalars.append(scalar) }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }

    /// The items of a file, nil for each faulty record.
    private static func records(
        of bytes: UnsafeRawBufferPointer, _ input: ImportJob.Input
    ) throws(Finding) -> [Item?] {
        let attributes = [
            KeyAttribute(name: "k", type: .string), KeyAttribute(name: "n", type: .number),
            KeyAttribute(name: "b", type: .binary),
        ]
        let definition = TableDefinition(
            name: "Tab", id: 1, uuid: "u", created: Timestamp(secondsSince1970: 0),
            attributeDefinitions: attributes, key: KeySchema(hash: [attributes[0]]))
        let file = memoryFile(bytes)
        var found: [Item?] = []
        let count: Int
        do throws(TransferFailure) {
            count = try forEachRecord(ofFile: file, input, definition) { found.append($0) }
        } catch {
            // A header that is none: nothing of the object can be told.
            try require(input.format == .csv, "lines of JSON were refused as a whole")
            return found
        }
        try require(count == bytes.count, "bytes of no record, or of two")
        return found
    }
}

/// A file in memory, without a name, with these bytes, at its beginning; the caller closes it.
func memoryFile(_ bytes: UnsafeRawBufferPointer) -> Int32 {
    var path = Array("/dev/shm/martlet-fuzz-XXXXXX".utf8CString)
    let file = mkstemp(&path)
    precondition(file >= 0, "no file in memory")
    unlink(path)
    var written = 0
    while written < bytes.count {
        let count = write(file, bytes.baseAddress! + written, bytes.count - written)
        precondition(count > 0, "a file in memory that cannot be written")
        written += count
    }
    lseek(file, 0, SEEK_SET)
    return file
}
