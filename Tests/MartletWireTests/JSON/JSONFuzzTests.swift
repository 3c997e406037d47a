import Foundation
import Testing

@testable import MartletWire

/// A small generator of pseudo-random numbers (SplitMix64): the same seed gives the same run.
struct FuzzRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Seeded mutations of valid bodies: the reader never traps, and agrees with Foundation on which
/// texts are JSON.
@Suite struct JSONFuzzTests {
    static let bodies = [
        #"{"TableName":"t","Item":{"pk":{"S":"a\u00e9\n"},"n":{"N":"-1.50e3"},"b":{"B":"AQID"}}}"#,
        #"{"Key":{"k":{"M":{"x":{"L":[{"BOOL":true},{"NULL":true},{"SS":["a","b"]}]}}}}, "Limit": 10}"#,
        "{ \"a\" : [ 1.25 , -0 , 1E5, true, false, null, \"é€😀\" ] , \"b\" : { } }",
        #"{"s":"\ud83d\ude00 \\ \" \/","NS":["1","2.0"],"BS":["AA==","AQ=="]}"#,
    ].map { Array($0.utf8) }

    static let alphabet =
        Array("{}[]:,\"\\ue0129.-+Etrufalsn \n\t/".utf8) + [
            0x00, 0x1F, 0x80, 0xC3, 0xA9, 0xED, 0xFF,
        ]

    static func mutated(_ random: inout FuzzRandom) -> [UInt8] {
        var bytes = bodies.randomElement(using: &random)!
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let position = Int.random(in: 0..<max(bytes.count, 1), using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes.insert(alphabet.randomElement(using: &random)!, at: position)
            case 1 where !bytes.isEmpty: bytes.remove(at: position)
            case 2 where !bytes.isEmpty: bytes[position] = alphabet.randomElement(using: &random)!
            case 3: bytes.removeSubrange(position...)
            default:
                let end = Int.random(in: position...bytes.count, using: &random)
                bytes.insert(contentsOf: bytes[position..<end], at: position)
            }
        }
        return bytes
    }

    @Test("no mutation of a body traps, whatever it is read as")
    func neverTraps() {
        for seed in UInt64(0)..<20_000 {
            var random = FuzzRandom(state: seed)
            let bytes = Self.mutated(&random)
            bytes.withUnsafeBufferPointer { bytes in
                var reader = JSONReader(bytes)
                _ = try? reader.readOptionalAttributes()
                reader = JSONReader(bytes)
                if var progress = try? reader.beginObject() {
                    while let name = try? reader.nextMember(&progress) {
                        switch name {
                        case "TableName": _ = try? reader.readOptionalString()
                        case "Item", "Key": _ = try? reader.readOptionalAttributes()
                        case "Limit": _ = try? reader.readOptionalInteger()
                        default: if (try? reader.skipValue()) == nil { return }
                        }
                    }
                }
            }
        }
    }

    @Test("reading never looks past the end of the bytes")
    func readsNoFurther() {
        // The bytes end where a page of unreadable memory begins.
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let memory = mmap(
            nil, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)!
        defer { munmap(memory, 2 * page) }
        mprotect(memory + page, page, PROT_NONE)
        for body in Self.bodies {
            for length in 0...body.count {
                let start = (memory + page - length).assumingMemoryBound(to: UInt8.self)
                for (offset, byte) in body.prefix(length).enumerated() { start[offset] = byte }
                let bytes = UnsafeBufferPointer(start: start, count: length)
                #expect(JSONReader.isWellFormed(bytes) == (length == body.count))
            }
        }
    }

    private func endsObjectWithComma(_ bytes: [UInt8]) -> Bool {
        let dense = bytes.filter { !Array(" \n\t\r".utf8).contains($0) }
        return zip(dense, dense.dropFirst()).contains {
            $0 == UInt8(ascii: ",") && $1 == UInt8(ascii: "}")
        }
    }

    @Test("the reader and Foundation agree on what is JSON")
    func agreesWithFoundation() {
        var (valid, invalid) = (0, 0)
        for seed in UInt64(100_000)..<120_000 {
            var random = FuzzRandom(state: seed)
            let bytes = Self.mutated(&random)
            let ours = isWellFormed(bytes)
            if ours { valid += 1 } else { invalid += 1 }
            // Foundation guesses other encodings; texts that are not UTF-8 are not JSON.
            guard String(validating: bytes, as: UTF8.self) != nil, !bytes.contains(0) else {
                #expect(!ours, "seed \(seed)")
                continue
            }
            let theirs =
                (try? JSONSerialization.jsonObject(
                    with: Data(bytes), options: .fragmentsAllowed)) != nil
            // It also lets a comma stand before a closing brace, which RFC 8259 does not.
            if theirs, !ours, endsObjectWithComma(bytes) { continue }
            if theirs != ours {
                let text = String(decoding: bytes, as: UTF8.self)
                Issue.record("seed \(seed): ours \(ours), Foundation's \(theirs): \(text)")
            }
        }
        // The mutations are worth something only if both kinds occur.
        #expect(valid > 500 && invalid > 500)
    }
}
