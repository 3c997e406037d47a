// Buckets as folders: a bucket is a folder in the root, an object's key is the path of a file in it.
//
// Nothing outside the root is ever reached. A key whose parts are not plain names of files (`..`,
// `.`, nothing between two slashes, a zero byte) is refused, and every step from the root on opens
// one name in one open folder and follows no link; the root itself may be one. A command's jobs name
// their bucket by its absolute path, which no request can: its folder is then what a root is else.
//
// Thread safety: a bucket and a file belong to one thread at a time.

internal import Glibc
internal import MartletCatalog

struct BucketFolders: Sendable {
    /// nil: there are no buckets.
    let root: String?
    /// Whether a name may be an absolute path.
    var takesPaths = false

    /// Whether a bucket's name is a path, which only a command's is.
    static func isPath(_ name: String) -> Bool { name.hasPrefix("/") }

    /// The bucket of this name.
    func bucket(_ name: String) throws(TransferFailure) -> Bucket {
        if takesPaths, Self.isPath(name) {
            let folder = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard folder >= 0 else { throw errno == EACCES ? .accessDenied : .noSuchBucket }
            return Bucket(OpenFile(folder))
        }
        guard let root, Bucket.isPlain(name[...]) else { throw .noSuchBucket }
        let folder = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw .noSuchBucket }
        defer { close(folder) }
        let file = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard file >= 0 else { throw errno == EACCES ? .accessDenied : .noSuchBucket }
        return Bucket(OpenFile(file))
    }
}

/// A file or a folder that is closed with its last reference.
final class OpenFile {
    let number: Int32

    init(_ number: Int32) { self.number = number }

    deinit { close(number) }
}

extension TransferFailure {
    static let noSuchBucket = TransferFailure(
        code: "S3NoSuchBucket", message: "The specified bucket does not exist")
    static let accessDenied = TransferFailure(code: "S3AccessDenied", message: "Access Denied")

    /// There are no more objects in a bucket than this that one job reads.
    static let tooManyObjects = TransferFailure(
        code: "S3TooManyObjects",
        message: "The number of objects exceeds the limit of \(Bucket.objectLimit)")

    static let noObjects = TransferFailure(
        code: "S3NoSuchKey", message: "There are no objects with the specified prefix")

    static let invalidKey = TransferFailure(
        code: "S3InvalidKey",
        message: "A prefix here is a path in a folder, so none of its parts may be empty, '.' or "
            + "'..'")

    static func inputOutput(_ call: String) -> TransferFailure {
        TransferFailure(
            code: "S3InternalError", message: "\(call): \(String(cString: strerror(errno)))")
    }
}

struct Bucket {
    static let objectLimit = 50_000
    private static let depthLimit = 64
    private let folder: OpenFile

    init(_ folder: OpenFile) { self.folder = folder }

    struct Object: Equatable {
        var key: String
        var sizeBytes: Int
    }

    // MARK: Keys

    static func isPlain(_ name: Substring) -> Bool {
        !name.isEmpty && name != "." && name != ".." && name.utf8.count <= 255
            && !name.utf8.contains(0) && !name.utf8.contains(UInt8(ascii: "/"))
    }

    private static func parts(of key: Substring) throws(TransferFailure) -> [Substring] {
        let parts = key.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= depthLimit, parts.allSatisfy(isPlain) else { throw .invalidKey }
        return parts
    }

    /// Opens a folder by its path, or makes it.
    /// - Returns: nil when there is none and none is to be made.
    private func folder(
        at parts: some Sequence<Substring>, isMade: Bool = false
    ) throws(TransferFailure) -> OpenFile? {
        var current = folder
        for part in parts {
            let name = String(part)
            if isMade, mkdirat(current.number, name, 0o777) != 0, errno != EEXIST {
                throw errno == EACCES ? .accessDenied : .inputOutput("mkdir")
            }
            let next = openat(
                current.number, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard next >= 0 else {
                if !isMade, errno == ENOENT || errno == ENOTDIR || errno == ELOOP { return nil }
                throw errno == EACCES ? .accessDenied : .inputOutput("open")
            }
            current = OpenFile(next)
        }
        return current
    }

    // MARK: Reading

    /// The objects whose keys begin with `prefix`, in the order of their keys' bytes.
    func objects(prefix: String) throws(TransferFailure) -> [Object] {
        var start = ""
        var parts: [Substring] = []
        if let slash = prefix.lastIndex(of: "/") {
            start = String(prefix[...slash])
            parts = try Self.parts(of: prefix[..<slash])
        }
        var found: [Object] = []
        if let folder = try folder(at: parts) {
            try Self.collect(
                in: folder, start, prefix: prefix, depth: parts.count, into: &found)
        }
        return found.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    }

    private static func collect(
        in folder: OpenFile, _ start: String, prefix: String, depth: Int,
        into found: inout [Object]
    ) throws(TransferFailure) {
        guard depth < depthLimit else { return }
        // A file of its own: copies of one would share where they are in the folder.
        let listed = openat(folder.number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard listed >= 0, let entries = fdopendir(listed) else {
            if listed >= 0 { close(listed) }
            throw .inputOutput("opendir")
        }
        defer { closedir(entries) }
        while let entry = readdir(entries) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            let key = start + name
            guard name != ".", name != "..", key.hasPrefix(prefix) || prefix.hasPrefix(key + "/")
            else { continue }
            var status = stat()
            guard fstatat(folder.number, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { continue }
            switch status.st_mode & S_IFMT {
            case S_IFREG:
                guard found.count < objectLimit else { throw .tooManyObjects }
                found.append(Object(key: key, sizeBytes: Int(status.st_size)))
            case S_IFDIR:
                let inner = openat(
                    folder.number, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
                guard inner >= 0 else { continue }
                try collect(
                    in: OpenFile(inner), key + "/", prefix: prefix, depth: depth + 1,
                    into: &found)
            default: continue
            }
        }
    }

    func open(_ key: String) throws(TransferFailure) -> OpenFile {
        let parts = try Self.parts(of: key[...])
        guard let folder = try folder(at: parts.dropLast()) else { throw .noObjects }
        // A pipe must not hold up the job.
        let file = openat(
            folder.number, String(parts.last!), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else { throw errno == EACCES ? .accessDenied : .inputOutput("open") }
        let opened = OpenFile(file)
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw .noObjects
        }
        return opened
    }

    // MARK: Writing

    /// An empty object to be written, in the place of one that may be there.
    func create(_ key: String) throws(TransferFailure) -> OpenFile { try create(key, O_TRUNC) }

    private func create(_ key: String, _ mode: Int32) throws(TransferFailure) -> OpenFile {
        let parts = try Self.parts(of: key[...])
        let folder = try folder(at: parts.dropLast(), isMade: true)!
        let file = openat(
            folder.number, String(parts.last!),
            O_WRONLY | O_CREAT | mode | O_NOFOLLOW | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw errno == EACCES ? .accessDenied : .inputOutput("open") }
        return OpenFile(file)
    }

    /// An object to be written on behind what it has.
    func append(to key: String) throws(TransferFailure) -> OpenFile {
        try create(key, O_APPEND)
    }

    /// Writes a small object; when this returns, it survives power loss.
    func write(_ bytes: [UInt8], to key: String) throws(TransferFailure) {
        let file = try create(key)
        try file.write(bytes)
        try file.sync()
    }

    /// Makes the names of new objects as durable as they are.
    func syncFolder(of key: String) throws(TransferFailure) {
        let parts = try Self.parts(of: key[...])
        for count in 0..<parts.count {
            guard let folder = try folder(at: parts.prefix(count)) else { continue }
            try folder.sync()
        }
    }

    /// Removes an object.
    /// - Returns: whether it was there.
    @discardableResult
    func remove(_ key: String) -> Bool {
        guard let parts = try? Self.parts(of: key[...]),
            let folder = try? folder(at: parts.dropLast())
        else { return false }
        return unlinkat(folder.number, String(parts.last!), 0) == 0
    }
}

extension OpenFile {
    func write(_ bytes: [UInt8]) throws(TransferFailure) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { bytes in
                Glibc.write(number, bytes.baseAddress! + done, bytes.count - done)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .inputOutput("write") }
            done += count
        }
    }

    func sync() throws(TransferFailure) {
        guard fsync(number) == 0 else { throw .inputOutput("fsync") }
    }

    /// Fills `buffer` from its start.
    /// - Returns: how many bytes were read; 0 at the end.
    func read(into buffer: inout [UInt8]) throws(TransferFailure) -> Int {
        while true {
            let count = buffer.withUnsafeMutableBytes { bytes in
                Glibc.read(number, bytes.baseAddress!, bytes.count)
            }
            if count >= 0 { return count }
            guard errno == EINTR else { throw .inputOutput("read") }
        }
    }
}
