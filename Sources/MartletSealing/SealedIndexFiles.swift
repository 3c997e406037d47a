// Files of graphs, sealed: the form is SealedFile's. Opening maps nothing from the disk: what is asked
// for is opened into memory.
//
// Thread safety: any thread; a sealer is used by one at a time.

internal import Glibc
internal import MartletKeyValue
internal import MartletThreads
package import MartletVectors
internal import Synchronization

package final class SealedIndexFiles: IndexFileSealing {
    private let store: Mutex<Keyring>
    /// By their paths.
    private let begun = Mutex<[String: OpenedSealedFile]>([:])

    /// - Parameter keyring: with all data keys.
    package init(_ keyring: Keyring) { store = Mutex(keyring) }

    /// Files that are begun from now on are sealed under the keyring's current data key.
    package func follow(_ keyring: Keyring) { store.withLock { $0 = keyring } }

    package func sealer(
        for descriptor: Int32, path: String
    ) throws(VectorError) -> any IndexFileSealer {
        try SealedFileWriter(descriptor, path: path, .graph, store.withLock { $0 })
    }

    package func unsealedFile(of path: String) throws(VectorError) -> any UnsealedIndexFile {
        let ready = begun.withLock { $0.removeValue(forKey: path) }
        if let ready { return ready }
        return try OpenedSealedFile(path: path, .graph, store.withLock { $0 })
    }

    /// Begins to open the files of a folder of vector indexes on a thread of its own, but for their
    /// vectors; `unsealedFile` then finds most of a file open. What is damaged is found there.
    package func begin(in folder: String) {
        for name in entryNames(in: folder) {
            let path = "\(folder)/\(name)/graph"
            guard let file = try? OpenedSealedFile(path: path, .graph, store.withLock({ $0 }))
            else { continue }
            begun.withLock { $0[path] = file }
            startThread { try? IndexFile.openSections(of: file, path: path) }
        }
    }

    /// Lets go of files that were begun and are not there to be asked for.
    package func forgetBegun() { begun.withLock { $0 = [:] } }

    /// The id of the data key that a file is sealed under; nil when there is no such file.
    package func dataKeyID(ofFile path: String) -> UInt32? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var header = [UInt8](repeating: 0, count: FileSeal.headerBytes)
        guard pread(descriptor, &header, header.count, 0) == header.count else { return nil }
        return header.withUnsafeBytes {
            UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: 12, as: UInt32.self))
        }
    }

    /// Seals a file anew if it is under an old data key. Should another take its place meanwhile, it
    /// may be put back: then it is known for an old one when it is opened, and made again.
    package func reseal(_ path: String) throws(VectorError) {
        guard let id = dataKeyID(ofFile: path),
            id != store.withLock({ $0.currentDataKey.id })
        else { return }
        let plain = try OpenedSealedFile(path: path, .graph, store.withLock { $0 })
        let temporary = path + ".rekey"
        let target = open(temporary, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard target >= 0 else { throw .fileFailed(path: temporary, errno: errno) }
        defer { close(target) }
        let sealer = try sealer(for: target, path: temporary)
        try plain.withBytes { whole throws(VectorError) in
            try sealer.append(UnsafeRawBufferPointer(rebasing: whole[FileSeal.firstPageBytes...]))
            try sealer.finish(
                firstPage: UnsafeRawBufferPointer(rebasing: whole[..<FileSeal.firstPageBytes]))
        }
        guard fsync(target) == 0, rename(temporary, path) == 0 else {
            throw .fileFailed(path: temporary, errno: errno)
        }
    }
}
