import Dispatch
import Foundation
import Glibc
import MartletVectors

/// One index over one data set, built and searched as the benchmark says. Row numbers are labels.
final class Session {
    static let neighbors = 10

    private let folder: String
    private let data: DataSet
    private let parameters: VectorParameters
    private let threads: Int
    private let queries: NumpyFile<Float>
    private var index: HNSWIndex?
    private var slots: [Slot] = []
    private var filters: [String: SlotBitmap] = [:]

    /// - Parameter form: `float32`, `int8` or `int4`; with `-mapped`, codes and links are in memory
    ///   and the vectors mapped from a file.
    init(form: String, folder: String, threads: Int) throws {
        self.folder = folder
        self.threads = threads
        data = try JSONDecoder().decode(
            DataSet.self, from: Data(contentsOf: URL(filePath: "\(folder)/meta.json")))
        queries = try NumpyFile("\(folder)/queries.npy", type: "<f4")
        let kinds: [String: CodeKind] = ["float32": .none, "int8": .int8, "int4": .int4]
        let words = form.split(separator: "-")
        guard let codes = kinds[String(words[0])] else {
            throw DriverError(text: "\(form): float32, int8 or int4 was expected")
        }
        parameters = VectorParameters(
            dimensions: data.dimensions, metric: data.metric == "cosine" ? .cosine : .euclidean,
            codes: codes, residence: words.last == "mapped" ? .mappedVectors : .memory)
    }

    func build() throws -> Built {
        let base = try NumpyFile<Float>("\(folder)/base.npy", type: "<f4")
        let before = try ResidentMemory.now()
        index = try HNSWIndex(parameters)
        let clock = ContinuousClock()
        let began = clock.now
        slots = try index!.insert(
            base.numbers, labels: Array(0..<UInt64(data.rows)), threads: threads)
        let seconds = (clock.now - began) / .seconds(1)
        if parameters.residence != .memory { try reopen() }
        _ = try search(Command(do: .search, ef: 40))
        let after = try ResidentMemory.now()
        return Built(
            seconds: seconds, anonymous: after.anonymous - before.anonymous,
            mapped: after.mapped - before.mapped)
    }

    /// Builds an index of two thirds of the rows, replaces every second one of them by one of the
    /// last third, and asks at default settings and exactly.
    func replaceHalf() throws -> Replaced {
        let base = try NumpyFile<Float>("\(folder)/base.npy", type: "<f4")
        let dimensions = data.dimensions
        let count = data.rows / 3 * 2
        func rows(_ first: Int, _ count: Int) -> UnsafeBufferPointer<Float> {
            UnsafeBufferPointer(
                rebasing: base.numbers[first * dimensions..<(first + count) * dimensions])
        }
        let index = try HNSWIndex(parameters)
        var slots = try index.insert(
            rows(0, count), labels: Array(0..<UInt64(count)), threads: threads)
        let fresh = try recall(of: index)
        let clock = ContinuousClock()
        let began = clock.now
        for number in 0..<count / 2 {
            index.remove(slots[2 * number])
            slots[2 * number] = try index.insert(
                rows(count + number, 1), label: UInt64(count + number))
            if index.needsRepair { _ = index.repair() }
        }
        return Replaced(
            perSecond: Double(count / 2) / ((clock.now - began) / .seconds(1)),
            slots: Double(index.slotCount) / Double(count), freshRecall: fresh,
            recall: try recall(of: index))
    }

    /// The share of the ten nearest that a search at default settings finds.
    private func recall(of index: HNSWIndex) throws -> Double {
        let dimensions = data.dimensions
        var found = 0
        for query in 0..<data.queries {
            let vector = UnsafeBufferPointer(
                rebasing: queries.numbers[query * dimensions..<(query + 1) * dimensions])
            let options = SearchOptions(k: Self.neighbors)
            var exactly = options
            exactly.isExact = true
            let nearest = Set(try index.search(vector, exactly).map(\.label))
            found += try index.search(vector, options).count { nearest.contains($0.label) }
        }
        return Double(found) / Double(data.queries * Self.neighbors)
    }

    /// Writes the index to a file and opens it from there; its slots stay what they are.
    private func reopen() throws {
        let path = "\(folder)/driver-\(getpid()).index"
        defer { unlink(path) }  // what is mapped stays
        let file = try IndexFileWriter(path: path)
        try index!.withWritersPaused { () throws(VectorError) in try index!.write(to: file) }
        try file.finish()
        index = nil
        index = try HNSWIndex(mapping: IndexFile(path: path), residence: parameters.residence)
        try index!.loadIntoMemory()
    }

    func search(_ command: Command) throws -> Searched {
        guard let index else { throw DriverError(text: "search before build") }
        let count = min(command.queries ?? data.queries, data.queries)
        var options = SearchOptions(k: Self.neighbors)
        if let ef = command.ef, ef > 0 { options.ef = ef }  // 0: as the library chooses
        if let name = command.filter, !name.isEmpty { options.filter = try filter(name) }
        var answers = [Int32](repeating: -1, count: count * Self.neighbors)
        var asked = 0
        var seconds = 0.0
        let clock = ContinuousClock()
        repeat {
            let began = clock.now
            try answers.withUnsafeMutableBufferPointer {
                try ask(index, options, count, threads: command.threads ?? 1, into: $0)
            }
            seconds += (clock.now - began) / .seconds(1)
            asked += count
        } while seconds < command.minimum ?? 0
        if let path = command.answers {
            try answers.withUnsafeBytes { try Data($0).write(to: URL(filePath: path)) }
        }
        return Searched(queries: asked, seconds: seconds)
    }

    /// Asks the first `count` queries, each thread a part of them, one query after the other.
    private func ask(
        _ index: HNSWIndex, _ options: SearchOptions, _ count: Int, threads: Int,
        into answers: UnsafeMutableBufferPointer<Int32>
    ) throws {
        nonisolated(unsafe) let answers = answers
        let numbers = queries.numbers
        nonisolated(unsafe) let asked = numbers
        let dimensions = data.dimensions
        nonisolated(unsafe) let failures = UnsafeMutablePointer<VectorError?>.allocate(
            capacity: threads)
        failures.initialize(repeating: nil, count: threads)
        defer { failures.deinitialize(count: threads).deallocate() }

        @Sendable func part(_ thread: Int) {
            do throws(VectorError) {
                for query in count * thread / threads..<count * (thread + 1) / threads {
                    let start = query * dimensions
                    let found = try index.search(
                        UnsafeBufferPointer(rebasing: asked[start..<start + dimensions]), options)
                    let row = query * Self.neighbors
                    for place in 0..<Self.neighbors {
                        answers[row + place] =
                            place < found.count ? Int32(found[place].label) : -1
                    }
                }
            } catch {
                failures[thread] = error
            }
        }
        if threads == 1 {
            part(0)
        } else {
            DispatchQueue.concurrentPerform(iterations: threads, execute: part)
        }
        for thread in 0..<threads { if let failure = failures[thread] { throw failure } }
    }

    /// The slots of the rows that a filter's mask names; made once.
    private func filter(_ name: String) throws -> SlotBitmap {
        if let made = filters[name] { return made }
        let mask = try NumpyFile<UInt8>("\(folder)/mask-\(name).npy", type: "|u1")
        let bitmap = SlotBitmap()
        for (row, matches) in mask.numbers.enumerated() where matches != 0 {
            bitmap.insert(slots[row])
        }
        filters[name] = bitmap
        return bitmap
    }
}
