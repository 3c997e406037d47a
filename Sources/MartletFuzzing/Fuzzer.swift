// What a parser promises about any bytes at all, written so that libFuzzer and the tests can both
// ask. A check looks at one input: it returns when every promise held and throws a `Finding` when
// one did not; what traps, reads outside its memory or never ends is found by who runs it.
//
// Checks are pure: the same input gives the same outcome, so that what was found can be kept and
// tried again. Inputs are small, some thousand bytes. Any thread may run any check.

package struct Fuzzer: Sendable {
    package let name: String

    /// What the parser's language is made of: mutations put these in.
    package let words: [String]

    /// Bytes that a check may allocate in all, however often it frees them: for each run and for
    /// each byte of input. Several readings of the input, and the second opinion, are in them.
    package let allocation: (base: Int, perByte: Int)

    /// Where the seeds come from that are in the repository.
    package let seeds: @Sendable (Repository) -> [[UInt8]]

    package let check: @Sendable (UnsafeRawBufferPointer) throws(Finding) -> Void

    init(
        _ name: String, words: [String] = [],
        allocation: (base: Int, perByte: Int) = (64 << 10, 1 << 10),
        seeds: @escaping @Sendable (Repository) -> [[UInt8]],
        check: @escaping @Sendable (UnsafeRawBufferPointer) throws(Finding) -> Void
    ) {
        self.name = name
        self.words = words
        self.allocation = allocation
        self.seeds = seeds
        self.check = check
    }

    package static let all: [Fuzzer] = [
        .json, .items, .numbers, .expressions, .statements, .itemRecords, .streamRecords, .rowKeys,
        .storedRows, .vectorFiles, .csv, .itemLines, .signatures,
    ]
}

/// A promise that an input broke.
package struct Finding: Error, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}

func require(
    _ holds: Bool, _ promise: @autoclosure () -> String
) throws(Finding) {
    if !holds { throw Finding(promise()) }
}

/// Takes an input apart, from its front: what is left over is zeros.
struct InputReader {
    private(set) var rest: Slice<UnsafeRawBufferPointer>

    init(_ bytes: UnsafeRawBufferPointer) { rest = bytes[...] }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    mutating func below(_ bound: Int) -> Int { Int(byte()) % bound }

    mutating func word() -> UInt16 { UInt16(byte()) << 8 | UInt16(byte()) }

    /// A byte says how many follow.
    mutating func bytes() -> [UInt8] {
        let count = Int(byte())
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    mutating func text() -> String { String(decoding: bytes(), as: UTF8.self) }

    /// All that is left.
    mutating func remainder() -> [UInt8] {
        defer { rest = rest.suffix(0) }
        return Array(rest)
    }
}
