// A lock that dies with its holder, on a file that says who that is.

import Glibc

/// Held while it lives.
package struct DirectoryLock: ~Copyable, Sendable {
    private let descriptor: Int32

    /// - Throws: `locked`, with the holder's process id if the file tells it.
    package init(directory: String, name: String) throws(StorageError) {
        let descriptor = open(directory + "/" + name, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw storageError(errno, unwritable: directory) }
        // `flock` belongs to the open file, not the process: a second store in this process is
        // refused too, and closing an unrelated descriptor of the file does not release it.
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let failure = errno
            let holder = Self.holder(in: descriptor)
            close(descriptor)
            if failure == EWOULDBLOCK { throw .locked(path: directory, holderProcessID: holder) }
            throw storageError(failure, unwritable: directory)
        }
        let text = Array("\(getpid())\n".utf8)
        // For the error of others only: a disk too full for it does not matter.
        if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, text, text.count, 0) }
        self.descriptor = descriptor
    }

    deinit {
        // The file stays: removing it would let two processes lock two files of one name.
        _ = ftruncate(descriptor, 0)
        // A process that was forked has the file open, too, and would keep the lock.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    private static func holder(in descriptor: Int32) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        let digits = bytes[..<count].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return Int32(String(decoding: digits, as: UTF8.self))
    }
}
