// Changes of the vectors' form: rows from half to full precision, codes for the first time or with
// other ranges. Each makes arrays anew beside the old ones and publishes them at once; searches
// under way finish with the old ones.

internal import Synchronization

/// When codes are trained next.
final class TrainingState: Sendable {
    private let useValue = Atomic<UInt8>(CodeUse.large.rawValue)

    /// Changed by who has the gate alone, or by nobody else yet.
    var use: CodeUse {
        get { CodeUse(rawValue: useValue.load(ordering: .relaxed))! }
        set { useValue.store(newValue.rawValue, ordering: .relaxed) }
    }

    /// Once there are so many slots.
    let nextCount = Atomic<Int>(Graph.leastForCodes)
    /// Vectors encoded since the last training, and how many of their numbers were clipped.
    let encoded = Atomic<Int>(0)
    let clipped = Atomic<Int>(0)

    func note(clipped count: Int) {
        encoded.wrappingAdd(1, ordering: .relaxed)
        if count > 0 { clipped.wrappingAdd(count, ordering: .relaxed) }
    }
}

extension Graph {
    /// Numbers clipped beyond this part mean that the data has changed since the training.
    private static let tolerableClipping = 0.04

    /// Whether the ranges of the codes should be found again.
    private var isTrainingDue: Bool {
        guard parameters.codes != .none, training.use != .never else { return false }
        let count = slotCount.load(ordering: .relaxed)
        if count >= training.nextCount.load(ordering: .relaxed) { return true }
        let encoded = training.encoded.load(ordering: .relaxed)
        guard encoded >= max(Self.leastForCodes, count / 8) else { return false }
        let numbers = Double(encoded) * Double(parameters.dimensions)
        return Double(training.clipped.load(ordering: .relaxed)) > numbers * Self.tolerableClipping
    }

    /// The caller is not in the gate.
    func trainIfDue(threads: Int) {
        guard isTrainingDue else { return }
        gate.withExclusive {
            guard isTrainingDue else { return }
            train(threads: threads)
        }
    }

    /// Finds the ranges of the codes anew, from vectors all over the index, and encodes everything.
    /// Without room for that, what there is serves on; codes that would not tell the vectors apart
    /// are done without until the next training.
    private func train(threads: Int) {
        let storage = storage
        let dimensions = parameters.dimensions
        let count = slotCount.load(ordering: .relaxed)
        training.encoded.store(0, ordering: .relaxed)
        training.clipped.store(0, ordering: .relaxed)
        let least = training.use == .always ? 1 : Self.leastForCodes
        training.nextCount.store(4 * max(count, least), ordering: .relaxed)

        let sampled = min(count, ScalarQuantizer.sampleLimit)
        let sample = UnsafeMutablePointer<Float>.allocate(capacity: sampled * dimensions)
        defer { sample.deallocate() }
        for i in 0..<sampled {
            storage.readUnit(Slot(i * count / sampled), into: sample + i * dimensions)
        }
        let quantizer = ScalarQuantizer(
            training: UnsafeBufferPointer(start: sample, count: sampled * dimensions),
            dimensions: dimensions, kind: parameters.codes, metric: parameters.metric)
        guard let codes = try? Arena(stride: quantizer.layout.stride, capacity: capacity),
            (try? codes.commit(count: count)) != nil
        else { return }
        onThreads(threads) { thread in
            let room = UnsafeMutablePointer<Float>.allocate(capacity: dimensions)
            defer { room.deallocate() }
            for slot in thread * count / threads..<(thread + 1) * count / threads {
                storage.readUnit(Slot(slot), into: room)
                quantizer.encode(
                    room,
                    into: (codes.base + slot * codes.stride).assumingMemoryBound(to: UInt8.self))
            }
        }
        // Fewer are compared in full.
        if count >= Self.leastForCodes,
            !CodeCheck(quantizer, codes, of: storage, count: count).passes
        {
            if storage.codes != nil { dropCodes(of: storage) }
            return
        }
        replaceStorage(
            VectorStorage(
                metric: storage.metric, dimensions: dimensions, rowsAreHalf: storage.rowsAreHalf,
                rows: storage.rows, norms: storage.norms, quantizer: quantizer,
                codes: codes, longest: storage.longest, rowGuard: storage.rowGuard))
    }

    /// Makes codes or lets go of them, as they are to be used from now on.
    func setCodeUse(_ use: CodeUse, threads: Int) throws(VectorError) {
        try gate.withExclusive { () throws(VectorError) in
            let storage = storage
            guard parameters.codes != .none else { return }
            switch use {
            case .never:
                training.use = use
                if storage.codes != nil { dropCodes(of: storage) }
            case .large, .always:
                let least = use == .always ? 1 : Self.leastForCodes
                let isEnough = slotCount.load(ordering: .relaxed) >= least
                let isDue = storage.codes == nil && isEnough
                // Codes are made of the vectors, so those must be sound.
                if isDue { try storage.rowGuard?.checkAll() }
                training.use = use
                if isDue {
                    train(threads: threads)
                } else if !isEnough {
                    if storage.codes != nil { dropCodes(of: storage) }
                    training.nextCount.store(least, ordering: .relaxed)
                }
            }
        }
    }

    private func dropCodes(of storage: VectorStorage) {
        replaceStorage(
            VectorStorage(
                metric: storage.metric, dimensions: storage.dimensions,
                rowsAreHalf: storage.rowsAreHalf, rows: storage.rows, norms: storage.norms,
                quantizer: nil, codes: nil, longest: storage.longest, rowGuard: storage.rowGuard))
    }

    /// Gives rows full precision. The caller has the gate alone.
    func widenRows() throws(VectorError) {
        let storage = storage
        guard storage.rowsAreHalf else { return }
        try storage.rowGuard?.checkAll()
        let dimensions = parameters.dimensions
        let count = slotCount.load(ordering: .relaxed)
        let rows = try Arena(
            stride: VectorStorage.rowStride(dimensions: dimensions, isHalf: false),
            capacity: capacity)
        try rows.commit(count: count)
        for slot in 0..<count {
            storage.read(
                Slot(slot),
                into: (rows.base + slot * rows.stride).assumingMemoryBound(to: Float.self))
        }
        replaceStorage(
            VectorStorage(
                metric: storage.metric, dimensions: dimensions, rowsAreHalf: false, rows: rows,
                norms: storage.norms, quantizer: storage.quantizer,
                codes: storage.codes, longest: storage.longest, rowGuard: nil))
    }
}
