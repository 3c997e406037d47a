// The keyring and the anchor: two files of a folder, or memory.
//
//   keys      the keyring: written beside, synced, renamed; the old one is overwritten, so that
//             what was revoked is not left in free blocks (a file system or a drive that copies on
//             writing keeps it all the same)
//   version   the anchor, overwritten in place and not waited for: it lies in one sector

internal import Glibc
package import MartletKeyValue
internal import Synchronization

package final class MemorySideParts: SealedSideParts {
    private struct Parts {
        var keyring: [UInt8]?
        var anchor: [UInt8]?
    }

    private let parts = Mutex(Parts())

    package init() {}

    package func keyring() -> [UInt8]? { parts.withLock { $0.keyring } }
    package func replaceKeyring(_ bytes: [UInt8]) { parts.withLock { $0.keyring = bytes } }
    package func anchor() -> [UInt8]? { parts.withLock { $0.anchor } }
    package func noteAnchor(_ bytes: [UInt8]) { parts.withLock { $0.anchor = bytes } }
}

package final class FolderSideParts: SealedSideParts {
    package static let keyringName = "keys"
    package static let anchorName = "version"
    /// The directory's file (SealedDirectory.swift).
    package static let directoryName = "directory"

    private let folder: String
    /// The anchor's, once it was written.
    private let descriptor = Mutex<Int32?>(nil)

    package init(folder: String) { self.folder = folder }

    deinit { descriptor.withLock { if let open = $0 { Glibc.close(open) } } }

    package func keyring() throws(SealingError) -> [UInt8]? {
        do throws(StorageError) {
            return try SmallFile.read(folder + "/" + Self.keyringName)
        } catch {
            throw .storage(error)
        }
    }

    package func replaceKeyring(_ bytes: [UInt8]) throws(SealingError) {
        do throws(StorageError) {
            try SmallFile.replace(folder + "/" + Self.keyringName, with: bytes, wipesOld: true)
        } catch {
            throw .storage(error)
        }
    }

    package func anchor() throws(SealingError) -> [UInt8]? {
        do throws(StorageError) {
            return try SmallFile.read(folder + "/" + Self.anchorName)
        } catch {
            throw .storage(error)
        }
    }

    package func noteAnchor(_ bytes: [UInt8]) throws(StorageError) {
        try descriptor.withLock { descriptor throws(StorageError) in
            if descriptor == nil {
                let path = folder + "/" + Self.anchorName
                if access(path, F_OK) != 0 {
                    try SmallFile.replace(path, with: bytes, wipesOld: false)
                    return
                }
                let opened = Glibc.open(path, O_WRONLY | O_CLOEXEC)
                guard opened >= 0 else { throw .inputOutput(SmallFile.errorText()) }
                descriptor = opened
            }
            guard pwrite(descriptor!, bytes, bytes.count, 0) == bytes.count else {
                throw .inputOutput(SmallFile.errorText())
            }
        }
    }
}

/// Files of some kilobytes, read and written as a whole.
package enum SmallFile {
    /// nil when there is none.
    package static func read(_ path: String) throws(StorageError) -> [UInt8]? {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw .inputOutput(errorText())
        }
        defer { Glibc.close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 14)
        while true {
            let count = Glibc.read(descriptor, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .inputOutput(errorText()) }
            if count == 0 { return bytes }
            bytes += piece[..<count]
        }
    }

    /// Writes beside, syncs, renames, syncs the folder.
    package static func replace(
        _ path: String, with bytes: [UInt8], wipesOld: Bool
    ) throws(StorageError) {
        let old = wipesOld ? Glibc.open(path, O_RDWR | O_CLOEXEC) : -1
        defer { if old >= 0 { Glibc.close(old) } }
        let temporary = path + ".new"
        let descriptor = Glibc.open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .inputOutput(errorText()) }
        let isWritten =
            Glibc.write(descriptor, bytes, bytes.count) == bytes.count && fsync(descriptor) == 0
        let failure = errno
        Glibc.close(descriptor)
        guard isWritten else { throw failure == ENOSPC ? .full : .inputOutput(errorText(failure)) }
        guard rename(temporary, path) == 0 else { throw .inputOutput(errorText()) }
        try syncFolder(of: path)
        if old >= 0 { wipe(old) }
    }

    /// Overwrites a file and removes it, durably. Nothing when there is none.
    package static func erase(_ path: String) throws(StorageError) {
        let descriptor = Glibc.open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return }
            throw .inputOutput(errorText())
        }
        defer { Glibc.close(descriptor) }
        wipe(descriptor)
        guard unlink(path) == 0 else { throw .inputOutput(errorText()) }
        try syncFolder(of: path)
    }

    /// Overwrites a file's contents.
    package static func wipe(_ descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return }
        let zeros = [UInt8](repeating: 0, count: Int(status.st_size))
        if pwrite(descriptor, zeros, zeros.count, 0) == zeros.count { fdatasync(descriptor) }
    }

    private static func syncFolder(of path: String) throws(StorageError) {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let descriptor = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .inputOutput(errorText()) }
        defer { Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .inputOutput(errorText()) }
    }

    static func errorText(_ code: Int32 = errno) -> String { String(cString: strerror(code)) }
}
