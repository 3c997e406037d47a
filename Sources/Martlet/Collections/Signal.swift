internal import Glibc

/// A POSIX semaphore with a fixed address.
final class Signal: @unchecked Sendable {
    // Safe to share: the address is fixed and the functions are made for many threads.
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() { sem_init(semaphore, 0, 0) }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    func signal() { sem_post(semaphore) }

    func wait() {
        while sem_wait(semaphore) != 0 {}  // EINTR
    }
}
