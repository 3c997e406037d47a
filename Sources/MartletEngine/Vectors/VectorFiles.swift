// Where the files of vector indexes are:
//
//   <folder>/<index id>/graph        the last checkpoint (LiveVectorIndex+Checkpoint.swift)
//   <folder>/<index id>/graph.new    one that is being written
//
// All of it can be made again from the items, so a failure to remove something is no failure.

internal import Glibc
internal import MartletKeyValue

struct VectorFiles: Sendable {
    /// Of all indexes.
    let folder: String
    let indexID: UInt32

    private var indexFolder: String { "\(folder)/\(indexID)" }
    var path: String { indexFolder + "/graph" }
    var newPath: String { indexFolder + "/graph.new" }

    /// Whether there is a checkpoint.
    var exists: Bool { access(path, F_OK) == 0 }

    /// Whether the checkpoint is a sealed one, which says nothing without its key: it begins with
    /// "MARTGRAF" (docs/format/encrypted-index.md).
    var isSealed: Bool {
        guard let file = fopen(path, "re") else { return false }
        defer { fclose(file) }
        var start = [UInt8](repeating: 0, count: 8)
        return fread(&start, 1, 8, file) == 8 && start.elementsEqual("MARTGRAF".utf8)
    }

    /// Makes the index's folder, which is there after a power failure if its files are: should the
    /// folder be lost, they are, too, and are made again.
    /// - Returns: the error's number; 0 for none.
    func makeFolder() -> Int32 {
        for path in [folder, indexFolder] where mkdir(path, 0o700) != 0 && errno != EEXIST {
            return errno
        }
        return 0
    }

    /// Removes all files of the index.
    func remove() { Self.remove(indexFolder) }

    /// Removes the folders of indexes that are no more, and of others what a crash left.
    static func removeUnknown(in folder: String, keeping isKnown: (UInt32) -> Bool) {
        for name in entryNames(in: folder) {
            guard let id = UInt32(name) else { continue }
            let files = VectorFiles(folder: folder, indexID: id)
            if isKnown(id) { unlink(files.newPath) } else { files.remove() }
        }
    }

    private static func remove(_ folder: String) {
        for name in entryNames(in: folder) { unlink("\(folder)/\(name)") }
        rmdir(folder)
    }
}
