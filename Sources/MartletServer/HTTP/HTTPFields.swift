// The headers of the current request, as pointers into libmicrohttpd's arena. One table per
// connection, reused, so that a request allocates nothing for its headers.
//
// Invariant: pointers are valid from `append` until the request completes.

struct HTTPFields: ~Copyable {
    private var storage: UnsafeMutablePointer<HTTPField>
    private var capacity = 32
    private(set) var count = 0

    init() {
        storage = .allocate(capacity: capacity)
    }

    deinit {
        storage.deallocate()
    }

    var span: UnsafeBufferPointer<HTTPField> { UnsafeBufferPointer(start: storage, count: count) }

    mutating func removeAll() { count = 0 }

    mutating func append(_ field: HTTPField) {
        if count == capacity {
            let larger = UnsafeMutablePointer<HTTPField>.allocate(capacity: capacity * 2)
            larger.moveInitialize(from: storage, count: count)
            storage.deallocate()
            storage = larger
            capacity *= 2
        }
        (storage + count).initialize(to: field)
        count += 1
    }

    func first(named name: StaticString) -> HTTPBytes? {
        let wanted = HTTPBytes(start: name.utf8Start, count: name.utf8CodeUnitCount)
        for index in 0..<count where storage[index].name.count == wanted.count {
            if storage[index].name.equalsIgnoringCase(wanted) { return storage[index].value }
        }
        return nil
    }
}
