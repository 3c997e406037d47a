internal import Glibc

/// Plain elements in one piece of memory that grows by `realloc`: a large one moves by its page
/// tables, without being copied, and is written to a file and read from it as it is.
struct GrowingBuffer<Element: BitwiseCopyable & Sendable>: ~Copyable, @unchecked Sendable {
    // Safe to send: nobody else has the memory.
    private(set) var count = 0
    private var capacity = 0
    private var base: UnsafeMutablePointer<Element>?

    init() {}

    /// - Parameter bytes: a whole number of elements, copied.
    init(copying bytes: UnsafeRawBufferPointer) {
        precondition(bytes.count % MemoryLayout<Element>.stride == 0)
        resize(to: bytes.count / MemoryLayout<Element>.stride)
        if count > 0 { memcpy(base!, bytes.baseAddress!, bytes.count) }
    }

    deinit { free(base) }

    /// New elements are undefined.
    private mutating func resize(to newCount: Int) {
        if newCount > capacity {
            let room = max(newCount, capacity * 2, 64)
            guard let moved = realloc(base, room * MemoryLayout<Element>.stride) else {
                fatalError("out of memory")
            }
            base = moved.assumingMemoryBound(to: Element.self)
            capacity = room
        }
        count = newCount
    }

    /// Appends copies of `element` until there are `newCount`.
    mutating func grow(to newCount: Int, with element: Element) {
        let old = count
        guard newCount > old else { return }
        resize(to: newCount)
        (base! + old).update(repeating: element, count: newCount - old)
    }

    mutating func append(_ element: Element) {
        resize(to: count + 1)
        base![count - 1] = element
    }

    mutating func append(contentsOf bytes: UnsafeRawBufferPointer) where Element == UInt8 {
        guard bytes.count > 0 else { return }
        resize(to: count + bytes.count)
        memcpy(base! + (count - bytes.count), bytes.baseAddress!, bytes.count)
    }

    subscript(position: Int) -> Element {
        get {
            precondition(position >= 0 && position < count)
            return base.unsafelyUnwrapped[position]
        }
        set {
            precondition(position >= 0 && position < count)
            base.unsafelyUnwrapped[position] = newValue
        }
    }

    /// The elements; valid until the buffer changes.
    var elements: UnsafeBufferPointer<Element> { UnsafeBufferPointer(start: base, count: count) }

    /// The elements as bytes; valid until the buffer changes.
    var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(UnsafeBufferPointer(start: base, count: count))
    }
}
