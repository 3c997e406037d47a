// Folders that go when a test ends, and small files in them.

import Glibc
import MartletKeyValue

/// A folder under the system's temporary one, removed with all in it when dropped.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/martlet-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw StorageError.inputOutput("mkdtemp") }
        path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    }

    deinit { removeTree(path) }
}

func names(in path: String) -> [String] {
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

private func removeTree(_ path: String) {
    for name in names(in: path) where unlink(path + "/" + name) != 0 {
        removeTree(path + "/" + name)
    }
    rmdir(path)
}

func bytes(ofFile path: String) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY)
    guard descriptor >= 0 else { throw StorageError.inputOutput("cannot open a file") }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    return Array(bytes[..<max(read(descriptor, &bytes, bytes.count), 0)])
}

func write(_ bytes: [UInt8], toFile path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    guard descriptor >= 0 else { throw StorageError.inputOutput("cannot create a file") }
    defer { close(descriptor) }
    guard write(descriptor, bytes, bytes.count) == bytes.count else {
        throw StorageError.inputOutput("cannot write a file")
    }
}
