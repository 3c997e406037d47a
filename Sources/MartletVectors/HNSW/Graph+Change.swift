// Insertions: a slot is staged (row, code, empty lists), then linked.

internal import CVectorKernels
internal import MartletThreads
internal import Synchronization

extension Graph {
    func insert(
        _ vector: UnsafePointer<Float>, label: UInt64
    ) throws(VectorError) -> Slot {
        try enterGate(for: vector, count: 1)
        let slot: Slot
        do {
            defer { gate.unlock() }
            let context = readers.enter()
            defer { readers.leave(context) }
            slot = try takeSlot(label: label)
            link(slot, unit: write(vector, at: slot, context), in: context)
        }
        trainIfDue(threads: 1)
        tidyIfDue()
        return slot
    }

    func insert(
        _ vectors: UnsafePointer<Float>, labels: [UInt64], threads: Int
    ) throws(VectorError) -> [Slot] {
        let dimensions = parameters.dimensions
        let slots = try stage(vectors, labels: labels)
        // Codes of what is staged, before it is linked: the walks that link it use them.
        trainIfDue(threads: threads)
        let next = Counter()
        onThreads(min(threads, slots.count)) { _ in
            while true {
                let i = next.take()
                guard i < slots.count else { return }
                self.gate.lockShared()
                let context = self.readers.enter()
                let unit = context.query.room(dimensions)
                self.storage.readUnit(slots[i], into: unit)
                self.link(slots[i], unit: unit, in: context)
                self.readers.leave(context)
                self.gate.unlock()
            }
        }
        tidyIfDue()
        return slots
    }

    /// Gives slots to vectors and writes their rows, or, when there is no room for all, nothing.
    private func stage(
        _ vectors: UnsafePointer<Float>, labels: [UInt64]
    ) throws(VectorError) -> [Slot] {
        try enterGate(for: vectors, count: labels.count)
        let context = readers.enter()
        defer {
            readers.leave(context)
            gate.unlock()
        }
        var slots: [Slot] = []
        slots.reserveCapacity(labels.count)
        do {
            for (i, label) in labels.enumerated() {
                let slot = try takeSlot(label: label)
                slots.append(slot)
                _ = write(vectors + i * parameters.dimensions, at: slot, context)
            }
        } catch {
            stagedCount.wrappingSubtract(slots.count, ordering: .relaxed)
            let epoch = readers.raise()
            supply.withLock { $0.retired.append((epoch, slots)) }
            throw error
        }
        return slots
    }

    /// Writes a vector and its code. Returns it with unit length under cosine.
    private func write(
        _ vector: UnsafePointer<Float>, at slot: Slot, _ context: SearchContext
    ) -> UnsafePointer<Float> {
        let prepared = PreparedVector(
            vector, dimensions: parameters.dimensions, metric: parameters.metric,
            room: context.query.room(parameters.dimensions))
        let clipped = storage.write(
            vector, unit: prepared.unit, inverseNorm: prepared.inverseNorm, at: slot)
        training.note(clipped: clipped)
        return prepared.unit
    }

    /// Enters the gate when rows have a form that the vectors fit.
    private func enterGate(
        for vectors: UnsafePointer<Float>, count: Int
    ) throws(VectorError) {
        while true {
            gate.lockShared()
            do {
                let storage = storage
                // Links are chosen by rows, and slots are used again: all must be sound.
                try storage.rowGuard?.checkAll()
                if !storage.rowsAreHalf
                    || survivesHalfPrecision(vectors, count: count * parameters.dimensions)
                {
                    return
                }
                gate.unlock()
            } catch {
                gate.unlock()
                throw error
            }
            try gate.withExclusive { () throws(VectorError) in try widenRows() }
        }
    }
}

/// Numbers from zero, each to one thread.
private final class Counter: Sendable {
    private let next = Atomic<Int>(0)

    func take() -> Int { next.wrappingAdd(1, ordering: .relaxed).oldValue }
}
