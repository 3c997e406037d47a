// Files of vector indexes: a good file with changed bytes, and the right checksums on them.
//
//   * A file is opened or refused. One that is opened is searched, added to and checked without
//     reading elsewhere, whatever its graph says: searches end, in time, with no more than was asked.
//
// Input: which file; then changes of four bytes each: which section, or the header; where, twice; and
// the byte. A file is remade for each input, in memory.

internal import Glibc
internal import MartletEncoding
internal import MartletTestBasics
internal import MartletVectors

extension Fuzzer {
    static let vectorFiles = Fuzzer(
        "vector-files",
        // The files themselves, and the graph that is opened, mapped and in memory.
        allocation: (16 << 20, 1 << 12),
        seeds: { _ in
            (0..<UInt8(files.count)).flatMap { file in
                (0..<10 as Range<UInt8>).map { [file, $0, 0, $0, 1, $0, 0, 8, 0xFF] }
            }
        },
        check: { bytes throws(Finding) in
            var input = InputReader(bytes)
            var file = files[input.below(files.count)]
            var changes = 0
            while !input.isAtEnd, changes < 64 {
                changes += 1
                change(&file, section: Int(input.byte()), at: Int(input.word()), to: input.byte())
            }
            giveChecksums(&file)
            for isMapped in [false, true] {
                let descriptor = file.withUnsafeBytes(memoryFile)
                defer { close(descriptor) }
                let path = "/proc/self/fd/\(descriptor)"
                guard let index = try? IdentifiedIndex(path: path, isMapped: isMapped) else {
                    continue
                }
                try use(index)
            }
        })

    private static func use(_ index: IdentifiedIndex) throws(Finding) {
        let dimensions = index.parameters.dimensions
        // A header may promise vectors of another size, which a section bears out only when small.
        guard dimensions <= 64 else { return }
        let query = (0..<dimensions).map { Float($0 % 3) - 0.5 }
        for isExact in [false, true] {
            var ids = [Int64](repeating: 0, count: 5)
            var distances = [Float](repeating: 0, count: 5)
            let options = SearchOptions(k: 5, ef: 20, isExact: isExact)
            let failed = query.withUnsafeBufferPointer { query in
                ids.withUnsafeMutableBufferPointer { ids in
                    distances.withUnsafeMutableBufferPointer { distances in
                        (try? index.search(
                            query, count: 1, options, ids: ids.baseAddress!,
                            distances: distances.baseAddress!)) == nil
                    }
                }
            }
            if failed { continue }
            for id in ids where id != IdentifiedIndex.noID {
                try require(index.contains(id), "found what is not there")
            }
        }
        _ = index.checkInvariants()
        for id in index.ids.prefix(3) { _ = try? index.vector(of: id) }
        let added: [Int64] = [1, 1000]
        let vectors = query + query
        vectors.withUnsafeBufferPointer { vectors in
            added.withUnsafeBufferPointer { _ = try? index.add(vectors, ids: $0, threads: 1) }
        }
    }

    // MARK: Files

    private static let page = 4096

    /// Good files: of each metric, with and without codes.
    private static let files: [[UInt8]] = [
        file(VectorParameters(dimensions: 3, metric: .euclidean, m: 4, efConstruction: 20), 40),
        file(
            VectorParameters(
                dimensions: 5, metric: .dotProduct, m: 4, efConstruction: 20, codes: .none), 40),
        // Enough of them for codes.
        file(
            VectorParameters(
                dimensions: 2, metric: .cosine, m: 2, efConstruction: 20, codes: .int8), 1100),
    ]

    private static func file(_ parameters: VectorParameters, _ count: Int) -> [UInt8] {
        let path = "/dev/shm/martlet-fuzz-\(getpid())"
        defer { unlink(path) }
        let vectors = (0..<count * parameters.dimensions).map { Float(($0 * 37) % 101) / 50 - 1 }
        let ids = (0..<Int64(count)).map { $0 }
        do {
            let index = try IdentifiedIndex(parameters)
            try vectors.withUnsafeBufferPointer { vectors in
                try ids.withUnsafeBufferPointer { try index.add(vectors, ids: $0, threads: 1) }
            }
            _ = ids.prefix(3).withUnsafeBufferPointer { index.remove($0, threads: 1) }
            try index.save(to: path)
            return try bytes(ofFile: path)
        } catch {
            preconditionFailure("no file to change: \(error)")
        }
    }

    private static func change(
        _ file: inout [UInt8], section: Int, at offset: Int, to byte: UInt8
    ) {
        let count = Int(file[12])
        let section = section % (count + 1)
        // The header's own checksum is made right afterwards, so what it says may change, too.
        guard section < count else { return file[offset % (24 + 32 * count)] = byte }
        let (start, length) = place(file, section)
        guard length > 0, start >= page, start <= file.count - length else { return }
        file[start + offset % length] = byte
    }

    private static func place(_ file: [UInt8], _ section: Int) -> (start: Int, length: Int) {
        func number(_ at: Int) -> Int {
            Int(clamping: (0..<8).reduce(UInt64(0)) { $0 | UInt64(file[at + $1]) << (8 * $1) })
        }
        let entry = 24 + 32 * section
        return (number(entry + 8), number(entry + 16))
    }

    private static func giveChecksums(_ file: inout [UInt8]) {
        let count = min(Int(file[12]), 120)
        for section in 0..<count {
            let entry = 24 + 32 * section
            let (start, length) = place(file, section)
            guard file[entry + 4] & 1 == 0, length >= 0, length <= file.count, start >= page,
                start <= file.count - length
            else { continue }
            store(crc(file[start..<start + length]), in: &file, at: entry + 24)
        }
        let end = 24 + 32 * count
        store(crc(file[..<end]), in: &file, at: end)
    }

    private static func crc(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.withUnsafeBytes(crc32c)
    }

    private static func store(_ word: UInt32, in file: inout [UInt8], at offset: Int) {
        for place in 0..<4 { file[offset + place] = UInt8(truncatingIfNeeded: word >> (8 * place)) }
    }
}
