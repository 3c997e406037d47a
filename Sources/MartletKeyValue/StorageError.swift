// Failures of storage, sorted by what the caller can do. Nothing here carries a key or a value:
// texts name files, offsets and cures, and go to logs; clients of the server never see them.

/// Why a store could not do what was asked.
public enum StorageError: Error, Sendable, Equatable {
    /// Bytes on disk are not what was written. `file` is a name without its folder; the offset is
    /// in bytes. Both are nil when the engine below does not say.
    case corruption(file: String?, offset: UInt64?, detail: String)
    /// No space left on the device (or a quota or file-size limit was met).
    case full
    /// The device or the store refuses writes, while reads may still work.
    case readOnly(String)
    /// A system call failed in a way not named by the other cases.
    case inputOutput(String)
    /// Another process, or another store in this one, has the directory open.
    case locked(path: String, holderProcessID: Int32?)
    /// The path is something else than a data directory: a file, or a folder with other things.
    case foreignDirectory(path: String, detail: String)
    /// The directory was written by a newer version of the format than this program knows.
    case unsupportedFormat(path: String, found: UInt32, supported: UInt32)
    /// The directory cannot be made, entered or written.
    case unwritableDirectory(path: String, detail: String)
    /// Somebody else has written since this store was opened; nothing was written. Opened again, it
    /// has both.
    case changedElsewhere
    /// What is kept elsewhere could not be reached, read or written: what the way to it or the
    /// service there says.
    case remote(String)
    /// The store was closed before the call.
    case closed
}

extension StorageError: CustomStringConvertible {
    /// What happened and the cure, in sentences.
    public var description: String {
        switch self {
        case .corruption(let file, let offset, let detail):
            let place = file.map { " in \($0)" } ?? ""
            let position = offset.map { " at byte \($0)" } ?? ""
            return "Stored data is damaged\(place)\(position): \(detail). "
                + "Stop writing, check the disk, and restore the data directory from a backup; or "
                + "keep what is left of it with `martlet repair`."
        case .full:
            return "No space is left for the data directory. "
                + "Free or add space, then restart; what was acknowledged is kept."
        case .readOnly(let detail):
            return "The data directory refuses writes: \(detail). "
                + "Make the device writable (or repair it), then restart."
        case .inputOutput(let detail):
            return "Reading or writing the data directory failed: \(detail). "
                + "Check the device and the system log, then restart."
        case .locked(let path, let holder):
            let name = holder.map { "process \($0)" } ?? "another process"
            return "The data directory \(path) is in use by \(name). "
                + "Stop it first, or choose another directory."
        case .foreignDirectory(let path, let detail):
            return "\(path) is not a Martlet data directory: \(detail). "
                + "Choose an empty or a new directory."
        case .unsupportedFormat(let path, let found, let supported):
            return "The data directory \(path) has format \(found), and this program knows formats "
                + "up to \(supported). Open it with a newer version of Martlet."
        case .unwritableDirectory(let path, let detail):
            return "The data directory \(path) cannot be written: \(detail). "
                + "Give this user write permission there, or choose another directory."
        case .changedElsewhere:
            return "Another program has written since this store was opened. "
                + "Nothing was written. Open it again and repeat the write."
        case .remote(let detail):
            return "The table could not be read or written: \(detail)."
        case .closed:
            return "The store is closed. Open it again to use it."
        }
    }
}
