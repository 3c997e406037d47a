// What the directory's files share: errors from `errno`, and folders.

internal import Glibc

func errorText(_ code: Int32) -> String {
    String(cString: strerror(code))
}

/// The error for a failed call on the folder at `path`, or on a file in it.
func storageError(_ code: Int32, unwritable path: String) -> StorageError {
    switch code {
    case ENOSPC, EDQUOT, EFBIG: .full
    case EACCES, EPERM, EROFS, ENOTDIR, ENAMETOOLONG, ELOOP, ENOENT:
        .unwritableDirectory(path: path, detail: errorText(code))
    default: .inputOutput(errorText(code))
    }
}

func syncFolder(at path: String) throws(StorageError) {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    // A parent that may be entered but not listed cannot be synced; the folder itself can be used.
    guard descriptor >= 0 else {
        if errno == EACCES { return }
        throw storageError(errno, unwritable: path)
    }
    defer { close(descriptor) }
    if fsync(descriptor) != 0, errno != EINVAL { throw storageError(errno, unwritable: path) }
}

/// The names in a folder, in no order, without "." and ".."; none when it cannot be read.
package func entryNames(in path: String) -> [String] {
    ((try? fileNames(in: path)) ?? []).filter { $0 != "." && $0 != ".." }
}

/// The names in a folder, "." and ".." included, in no order.
package func fileNames(in path: String) throws(StorageError) -> [String] {
    guard let folder = opendir(path) else { throw storageError(errno, unwritable: path) }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
        names.append(
            withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            })
    }
    return names
}
