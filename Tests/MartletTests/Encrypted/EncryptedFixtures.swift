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

func unlinkFile(_ path: String) { unlink(path) }
func renameFile(_ old: String, to new: String) { rename(old, new) }
