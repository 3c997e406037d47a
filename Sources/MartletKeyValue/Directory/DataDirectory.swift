// One folder holds a database; one process has it open. docs/format/data-directory.md describes it:
//
//   martlet.format   the marker: what this folder is, and its format (FormatMarker.swift)
//   martlet.lock     locked while open; holds the holder's process id as text
//   rows/            the key-value store's files
//   vectors/         files of vector indexes, which can be made again from the rows
//   separate/        whole data directories of other accounts and regions, which are theirs alone
//
// The lock is an open-file-description lock: it ends with the process that holds it, however it
// ends, and is not inherited by a child that executes another program. Thread safety: all calls may
// come from any thread.

import Glibc
internal import MartletThreads

package final class DataDirectory: Sendable {
    package static let supportedFormat: UInt32 = 1

    static let markerName = "martlet.format"
    static let lockName = "martlet.lock"

    /// As given, without slashes at the end.
    package let path: String
    /// The marker's, at most `supportedFormat`.
    package let format: UInt32
    /// Whether opening made it.
    package let isNew: Bool

    private let lock: Locked<DirectoryLock?>

    /// Where the key-value store keeps its files.
    package var rowsPath: String { path + "/rows" }

    /// Where vector indexes keep their files; there only if there are some.
    package var vectorsPath: String { path + "/vectors" }

    /// Opens the data directory at `path`, after creating it and its parents if need be.
    ///
    /// - Throws: `foreignDirectory` when the path is a file, or a folder with other things in it;
    ///   `unsupportedFormat`, `corruption` or `inputOutput` for its marker; `locked`;
    ///   `unwritableDirectory`; `full`. Nothing in the folder has changed then, but for the lock
    ///   file.
    package init(path: String, createsIfMissing: Bool = true) throws(StorageError) {
        let path = Self.trimmed(path)
        if createsIfMissing { try Self.createFolders(at: path) }
        try Self.checkIsFolder(path)
        // Before anything is written: a stranger's folder stays as it was.
        var marker = try FormatMarker.read(in: path)
        if marker == nil { try Self.checkIsVacant(path, mayBeCreated: createsIfMissing) }
        if access(path, W_OK | X_OK) != 0 {
            throw .unwritableDirectory(path: path, detail: errorText(errno))
        }
        let lock = try DirectoryLock(directory: path, name: Self.lockName)
        // Another process may have made it between the look and the lock.
        marker = try FormatMarker.read(in: path)
        isNew = marker == nil
        if let marker {
            format = marker.format
        } else {
            try FormatMarker(format: Self.supportedFormat).write(in: path)
            format = Self.supportedFormat
        }
        self.path = path
        self.lock = Locked(lock)
    }

    /// Makes files and folders that were created directly in the directory last through a power
    /// failure. Whoever creates one calls this before what is in it is relied on.
    package func syncEntries() throws(StorageError) {
        try syncFolder(at: path)
    }

    /// Lets others open the directory. The files in it must be closed.
    package func unlock() {
        lock.withLock { $0 = nil }
    }

    private static func trimmed(_ path: String) -> String {
        var path = path[...]
        while path.count > 1, path.last == "/" { path.removeLast() }
        return path.isEmpty ? "." : String(path)
    }

    private static func createFolders(at path: String) throws(StorageError) {
        var status = stat()
        if stat(path, &status) == 0 { return }
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            try createFolders(at: String(path[..<slash]))
        }
        if mkdir(path, 0o700) != 0, errno != EEXIST {
            throw storageError(errno, unwritable: path)
        }
        // A new folder is there after a power failure once its parent is synced.
        let parent = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        try syncFolder(at: parent.isEmpty ? "/" : parent)
    }

    private static func checkIsFolder(_ path: String) throws(StorageError) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            if errno == ENOENT || errno == ENOTDIR {
                throw .foreignDirectory(path: path, detail: "there is no such folder")
            }
            throw storageError(errno, unwritable: path)
        }
        if status.st_mode & S_IFMT != S_IFDIR {
            throw .foreignDirectory(path: path, detail: "it is a file, not a folder")
        }
    }

    /// A folder without a marker must be empty, but for the lock that a creation cut short leaves,
    /// and what file systems put at their root.
    private static func checkIsVacant(
        _ path: String, mayBeCreated: Bool
    ) throws(StorageError) {
        guard mayBeCreated else {
            throw .foreignDirectory(path: path, detail: "it has no \(markerName) file")
        }
        let harmless: Set = [".", "..", lockName, FormatMarker.temporaryName, "lost+found"]
        for name in try fileNames(in: path) where !harmless.contains(name) {
            throw .foreignDirectory(
                path: path, detail: "it holds other files and no \(markerName) file")
        }
    }
}
