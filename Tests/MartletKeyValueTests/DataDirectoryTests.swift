import Glibc
import MartletTestBasics
import Testing

@testable import MartletKeyValue

@Suite("A data directory") struct DataDirectoryTests {
    private let folder = try! TemporaryFolder()
    private var path: String { folder.path + "/a/b" }

    @Test("is created with its parents and found again")
    func createsAndReopens() throws {
        let made = try DataDirectory(path: path + "//")
        #expect(made.isNew)
        #expect(made.path == path)
        #expect(made.rowsPath == path + "/rows")
        made.unlock()
        let again = try DataDirectory(path: path)
        #expect(!again.isNew)
        #expect(again.format == DataDirectory.supportedFormat)
    }

    @Test("the marker's bytes are those of the format document")
    func markerBytes() throws {
        _ = try DataDirectory(path: path)
        // The checksum was computed apart, by a table-driven CRC-32C.
        let expected: [UInt8] = [
            0x4D, 0x41, 0x52, 0x54, 0x4C, 0x45, 0x54, 0x00, 1, 0, 0, 0, 0xAC, 0x2D, 0xFA, 0xE7,
        ]
        #expect(try bytes(ofFile: path + "/martlet.format") == expected)
    }

    @Test("the checksum is CRC-32C: RFC 3720's test vectors")
    func checksumVectors() {
        #expect(crc32c(Array(repeating: 0, count: 32)[...]) == 0x8A91_36AA)
        #expect(crc32c(Array(repeating: 0xFF, count: 32)[...]) == 0x62A8_AB43)
        #expect(crc32c(Array(0..<32)[...]) == 0x46DD_794E)
    }

    @Test("is opened once at a time, and the error names who has it")
    func lockNamesHolder() throws {
        let first = try DataDirectory(path: path)
        #expect(throws: StorageError.locked(path: path, holderProcessID: getpid())) {
            try DataDirectory(path: path)
        }
        first.unlock()
        _ = try DataDirectory(path: path)
    }

    @Test("is free again when the process that held it was killed")
    func lockDiesWithHolder() throws {
        _ = try DataDirectory(path: path)
        // A shell that holds the lock as another process would, until it is killed.
        var process = pid_t()
        let script = "flock -n 9 || exit 1; echo held > \(path)/ready; exec sleep 60 9>&9"
        let command = ["sh", "-c", "exec 9<>\(path)/martlet.lock; \(script)"]
        var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) }
        defer { for argument in arguments { free(argument) } }
        arguments.append(nil)
        try #require(posix_spawn(&process, "/bin/sh", nil, nil, arguments, environ) == 0)
        defer { unlink(path + "/ready") }
        while access(path + "/ready", F_OK) != 0 { usleep(1000) }
        #expect(throws: StorageError.locked(path: path, holderProcessID: nil)) {
            try DataDirectory(path: path)
        }
        kill(process, SIGKILL)
        var status: Int32 = 0
        waitpid(process, &status, 0)
        _ = try DataDirectory(path: path)
    }

    @Test("a folder with other files is left as it is")
    func foreignFolder() throws {
        try write([1], toFile: folder.path + "/notes.txt")
        let path = folder.path
        #expect {
            try DataDirectory(path: path)
        } throws: {
            guard case .foreignDirectory(path, _) = $0 as? StorageError else { return false }
            return true
        }
        #expect(names(in: path) == ["notes.txt"])
    }

    @Test("a file is not a data directory, nor is a place below it")
    func fileInTheWay() throws {
        let file = folder.path + "/file"
        try write([1], toFile: file)
        #expect(
            throws: StorageError.foreignDirectory(path: file, detail: "it is a file, not a folder")
        ) {
            try DataDirectory(path: file)
        }
        #expect(throws: StorageError.self) { try DataDirectory(path: file + "/below") }
        #expect(try bytes(ofFile: file) == [1])
    }

    @Test("a marker of a newer format is refused, naming both versions")
    func newerFormat() throws {
        _ = try DataDirectory(path: path)
        try write(FormatMarker(format: 7).bytes + [1, 2, 3], toFile: path + "/martlet.format")
        #expect(throws: StorageError.unsupportedFormat(path: path, found: 7, supported: 1)) {
            try DataDirectory(path: path)
        }
    }

    @Test("a marker with any bit flipped, or cut anywhere, is refused")
    func damagedMarker() throws {
        _ = try DataDirectory(path: path)
        let whole = try bytes(ofFile: path + "/martlet.format")
        for bit in 0..<whole.count * 8 {
            var damaged = whole
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            try write(damaged, toFile: path + "/martlet.format")
            #expect(throws: StorageError.self, "bit \(bit)") { try DataDirectory(path: path) }
        }
        for count in 0..<whole.count {
            try write(Array(whole[..<count]), toFile: path + "/martlet.format")
            #expect(throws: StorageError.self, "\(count) bytes") { try DataDirectory(path: path) }
        }
        try write(whole + [0], toFile: path + "/martlet.format")
        #expect(throws: StorageError.self) { try DataDirectory(path: path) }
        try write(whole, toFile: path + "/martlet.format")
        _ = try DataDirectory(path: path)
    }

    @Test("a creation that was cut short is taken up")
    func interruptedCreation() throws {
        mkdir(folder.path + "/a", 0o700)
        mkdir(path, 0o700)
        try write([], toFile: path + "/martlet.lock")
        try write([0x4D], toFile: path + "/martlet.format.new")
        #expect(try DataDirectory(path: path).isNew)
        #expect(names(in: path) == ["martlet.format", "martlet.lock"])
    }

    @Test("is not created when it must exist")
    func missingDirectory() throws {
        let path = path
        #expect(
            throws: StorageError.foreignDirectory(path: path, detail: "there is no such folder")
        ) {
            try DataDirectory(path: path, createsIfMissing: false)
        }
        mkdir(folder.path + "/a", 0o700)
        mkdir(path, 0o700)
        #expect(throws: StorageError.self) {
            try DataDirectory(path: path, createsIfMissing: false)
        }
        #expect(names(in: path).isEmpty)
    }

    @Test(
        "a directory that cannot be written is named with the cause",
        .enabled(if: getuid() != 0, "root may write everywhere"))
    func unwritableFolder() throws {
        let parent = folder.path + "/closed"
        mkdir(parent, 0o500)
        defer { chmod(parent, 0o700) }
        for path in [parent, parent + "/below"] {
            #expect {
                try DataDirectory(path: path)
            } throws: {
                guard case .unwritableDirectory = $0 as? StorageError else { return false }
                return "\($0)".contains("write permission")
            }
        }
    }

    @Test("a place that no one can write is named with the cause")
    func unwritablePlace() throws {
        // Not even root makes folders there.
        #expect {
            try DataDirectory(path: "/proc/martlet/data")
        } throws: {
            guard case .unwritableDirectory = $0 as? StorageError else { return false }
            return true
        }
    }
}
