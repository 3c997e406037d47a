// Folders that go when a test ends, and whole files read and written at once. What fails here is
// the machine, not what is tested, so the errors only say which call it was.

internal import Glibc

package struct FileFailure: Error, CustomStringConvertible {
    package let description: String

    fileprivate init(_ call: StaticString, _ path: String) {
        description = "\(call) \(path): \(String(cString: strerror(errno)))"
    }
}

/// A folder under the system's temporary one, removed with all in it when dropped.
package final class TemporaryFolder: Sendable {
    package let path: String

    package init() throws {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? P_tmpdir
        let pattern = parent + "/martlet-test-XXXXXX"
        var template = Array(pattern.utf8CString)
        guard mkdtemp(&template) != nil else { throw FileFailure("mkdtemp", pattern) }
        path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    }

    deinit { removeTree(path) }
}

/// The names in a folder, sorted; none when there is no such folder.
package func names(in path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
}

package func removeTree(_ path: String) {
    for name in names(in: path) where unlink(path + "/" + name) != 0 {
        removeTree(path + "/" + name)
    }
    rmdir(path)
}

/// Copies a folder as it is now; files that go meanwhile are left out.
package func copyTree(_ source: String, to target: String) throws {
    mkdir(target, 0o700)
    for name in names(in: source) {
        var status = stat()
        guard stat(source + "/" + name, &status) == 0 else { continue }
        if status.st_mode & S_IFMT == S_IFDIR {
            try copyTree(source + "/" + name, to: target + "/" + name)
        } else if let bytes = try? bytes(ofFile: source + "/" + name) {
            try write(bytes, toFile: target + "/" + name)
        }
    }
}

package func bytes(ofFile path: String) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY)
    guard descriptor >= 0 else { throw FileFailure("open", path) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = read(descriptor, &part, part.count)
        guard count >= 0 else { throw FileFailure("read", path) }
        if count == 0 { return bytes }
        bytes.append(contentsOf: part[..<count])
    }
}

package func write(_ bytes: [UInt8], toFile path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    guard descriptor >= 0 else { throw FileFailure("open", path) }
    defer { close(descriptor) }
    var written = 0
    while written < bytes.count {
        let count = bytes[written...].withUnsafeBytes {
            write(descriptor, $0.baseAddress, $0.count)
        }
        guard count > 0 else { throw FileFailure("write", path) }
        written += count
    }
}
