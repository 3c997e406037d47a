// Seeds are what the tests have anyway: golden bytes, tables of cases, and the inputs that were found
// to break a promise once. They are read where they lie, so that they never are out of date.

internal import MartletTestBasics

/// The project's folder.
package struct Repository: Sendable {
    package let path: String

    package init(path: String) { self.path = path }

    /// Bytes from a file of `what: hexadecimal bytes` lines; `#` begins a comment.
    func golden(_ file: String) -> [[UInt8]] {
        lines("Tests/MartletEncodingTests/Golden/" + file).compactMap { line in
            guard !line.hasPrefix("#"), let colon = line.lastIndex(of: ":") else { return nil }
            return Self.decoded(line[line.index(after: colon)...])
        }
    }

    /// Each line of the tables of expressions that begins with one of these words, without it.
    func cases(_ words: Set<String>) -> [(word: String, text: String)] {
        let folder = "Tests/MartletExpressionsTests/Cases"
        return names(in: path + "/" + folder).flatMap { file in
            lines(folder + "/" + file).compactMap { line in
                guard let space = line.firstIndex(of: " "), words.contains(String(line[..<space]))
                else { return nil }
                return (String(line[..<space]), String(line[line.index(after: space)...]))
            }
        }
    }

    /// Inputs that once broke a promise of this fuzzer's.
    package func found(_ fuzzer: String) -> [[UInt8]] {
        let folder = path + "/Tests/MartletFuzzingTests/Found/" + fuzzer
        return names(in: folder).compactMap {
            try? MartletTestBasics.bytes(ofFile: folder + "/" + $0)
        }
    }

    private func lines(_ file: String) -> [Substring] {
        guard let bytes = try? MartletTestBasics.bytes(ofFile: path + "/" + file) else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    }

    private static func decoded(_ hex: Substring) -> [UInt8] {
        let digits = hex.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        return stride(from: 0, to: digits.count - 1, by: 2).map {
            UInt8(digits[$0] << 4 | digits[$0 + 1])
        }
    }
}
