import Glibc
import Martlet
import MartletTestBasics

/// A folder of encrypted indexes that goes with the test.
final class EncryptedFolder {
    private let folder: MartletTestBasics.TemporaryFolder
    var path: String { folder.path + "/indexes" }

    init() throws { folder = try MartletTestBasics.TemporaryFolder() }

    func beside(_ name: String) -> String { folder.path + "/" + name }

    /// The folder of the only index.
    var indexPath: String {
        path + "/" + MartletTestBasics.names(in: path).first { $0.utf8.count == 32 }!
    }
}

extension EncryptedFolder {
    /// The folder of the only index's graph.
    var graphFolder: String {
        let vectors = indexPath + "/vectors"
        return vectors + "/" + (MartletTestBasics.names(in: vectors).first ?? "none")
    }
}

/// Every file below a folder, with its path from there.
func allFiles(in path: String, under prefix: String = "") -> [(path: String, bytes: [UInt8])] {
    var files: [(String, [UInt8])] = []
    for name in names(in: path) {
        let whole = path + "/" + name
        if let bytes = try? bytes(ofFile: whole) {
            files.append((prefix + name, bytes))
        } else {
            files += allFiles(in: whole, under: prefix + name + "/")
        }
    }
    return files
}

func randomVector(_ dimension: Int, _ random: inout SeededRandom) -> [Float] {
    (0..<dimension).map { _ in Float(random.below(2001) - 1000) / 500 }
}

extension [UInt8] {
    func contains(_ part: [UInt8]) -> Bool {
        guard let first = part.first, part.count <= count else { return false }
        return withUnsafeBytes { whole in
            (0...count - part.count).contains {
                whole[$0] == first && whole[$0..<$0 + part.count].elementsEqual(part)
            }
        }
    }
}

/// What stored bytes must not tell of an index whose texts have a zebra in them.
struct StoredSecrets {
    /// Every vector begins with them.
    static let numbers: [Float] = [1.234567, -7.654321, 3.1415927, 2.7182817]

    private var texts: [[UInt8]]
    /// Four bytes may be anywhere by chance, but not often; what tells them does so for every vector.
    private var numberCount = 0

    init(keys: [[UInt8]]) {
        texts = ["zebra", "arbez"].map { Array($0.utf8) } + keys
        texts.append(Self.numbers.withUnsafeBytes { Array($0) })
        texts.append(Self.numbers.map { Float16($0) }.withUnsafeBytes { Array($0) })
    }

    /// Which endings of names there are among the files of folders, and which files tell something by
    /// their path or their bytes.
    mutating func look(in folders: [String]) -> (kinds: Set<String>, telling: [String]) {
        var kinds = Set<String>()
        var telling: [String] = []
        for file in folders.flatMap({ allFiles(in: $0) }) {
            kinds.insert(String(file.path.split(separator: "/").last!.split(separator: ".").last!))
            if file.path.contains("zebra") || !areAbsent(from: file.bytes) {
                telling.append(file.path)
            }
        }
        return (kinds, telling)
    }

    mutating func areAbsent(from bytes: [UInt8]) -> Bool {
        for number in Self.numbers {
            numberCount +=
                bytes.contains(withUnsafeBytes(of: number.bitPattern) { Array($0) }) ? 1 : 0
        }
        return numberCount < 3 && !texts.contains { bytes.contains($0) }
    }
}

func unlinkFile(_ path: String) { unlink(path) }
func renameFile(_ old: String, to new: String) { rename(old, new) }
