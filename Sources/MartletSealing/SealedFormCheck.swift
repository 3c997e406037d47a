// What of a sealed index can be checked without a key: whether each part has a name and a length that
// it can have, whether what others need is there, and the keyring's checksum. Whether the bytes are
// those that were sealed only their key tells: opening the index with it does.
//
// Nothing is changed. Used by one thread at a time.

internal import Glibc
package import MartletKeyValue

package struct SealedFormCheck {
    package struct Finding: Sendable, Equatable {
        package enum Problem: Sendable {
            /// Something has another form than it must have.
            case malformed
            /// Something is not there without which nothing can be opened.
            case missing
        }

        package var problem: Problem
        /// A file's name in the folder; "rows" for records.
        package var file: String
        package var detail: String
        package var count = 1
    }

    /// What is stored, by kind.
    package struct Kind: Sendable, Equatable {
        package let name: String
        /// The first byte of the records' names.
        package let prefix: UInt8
        package var recordCount = 0
        /// Of names and records.
        package var byteCount = 0
    }

    /// Whether a folder holds a sealed index, whatever state it is in.
    package static func isSealed(_ folder: String) -> Bool {
        [FolderSideParts.keyringName, FolderSideParts.anchorName].contains {
            access(folder + "/" + $0, F_OK) == 0
        }
    }

    package private(set) var findings: [Finding] = []
    package private(set) var kinds: [Kind] = [
        Kind(name: "sealedHead", prefix: SealedKind.head.rawValue),
        Kind(name: "sealedSession", prefix: SealedKind.session.rawValue),
        Kind(name: "sealedRecord", prefix: SealedKind.record.rawValue),
        Kind(name: "sealedDeletions", prefix: SealedKind.deletions.rawValue),
    ]
    package var recordCount: Int { kinds.reduce(0) { $0 + $1.recordCount } }

    private let folder: String
    private var malformedCount = 0
    private var sessions: Set<UInt32> = []
    private var strayCount = 0

    /// - Parameter folder: a data directory whose rows are sealed records.
    package init(_ folder: String) { self.folder = folder }

    /// - Parameters:
    ///   - store: the folder's rows.
    ///   - progress: told how many records there have been.
    package mutating func run(
        on store: any KeyValueReadable, progress: (Int) -> Void = { _ in }
    ) throws(StorageError) {
        try checkSideParts()
        let cursor = try store.cursor(over: .all, .forward)
        while let (name, bytes) = try cursor.next() {
            take(name, bytes)
            if recordCount & 0xFFF == 0 { progress(recordCount) }
        }
        if kinds[0].recordCount == 0 { note(.missing, "rows", "the head record") }
        if malformedCount > 0 {
            note(.malformed, "rows", "names or lengths that no record has", malformedCount)
        }
        if strayCount > 0 { note(.missing, "rows", "the session of records", strayCount) }
        checkFiles()
    }

    private mutating func note(
        _ problem: Finding.Problem, _ file: String, _ detail: String, _ count: Int = 1
    ) {
        findings.append(Finding(problem: problem, file: file, detail: detail, count: count))
    }

    private mutating func take(_ name: [UInt8], _ bytes: [UInt8]) {
        guard let kind = kinds.firstIndex(where: { $0.prefix == name.first }) else {
            malformedCount += 1
            return
        }
        kinds[kind].recordCount += 1
        kinds[kind].byteCount += name.count + bytes.count
        let sealedCount = bytes.count - SealingKey.tagBytes
        let isClass = sealedCount >= 64 && sealedCount == SealedFormat.sizeClass(of: sealedCount)
        let isFormed =
            switch SealedKind(rawValue: name[0])! {
            case .head:
                name.count == 1 && sealedCount - 12 >= 64
                    && sealedCount - 12 == SealedFormat.sizeClass(of: sealedCount - 12)
            case .session: name.count == 5 && bytes.count == Session.recordBytes
            default: name.count == RecordName.byteCount && isClass
            }
        guard isFormed else {
            malformedCount += 1
            return
        }
        if name.count < 5 { return }
        let session = name[1..<5].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        if name.count == 5 {
            sessions.insert(session)
        } else if !sessions.contains(session) {
            strayCount += 1
        }
    }

    private mutating func checkSideParts() throws(StorageError) {
        let (keyring, anchor) = (FolderSideParts.keyringName, FolderSideParts.anchorName)
        if let bytes = try SmallFile.read(folder + "/" + keyring) {
            if let offset = Keyring.formProblem(bytes) {
                note(.malformed, keyring, "it is not a whole keyring, at byte \(offset)")
            }
        } else {
            note(.missing, keyring, "the keyring: without it nothing can be read, by nobody")
        }
        if let bytes = try SmallFile.read(folder + "/" + anchor) {
            if bytes.count != Anchor.byteCount {
                note(.malformed, anchor, "it has another length")
            }
        } else {
            note(.missing, anchor, "the last version")
        }
    }

    /// Files that can be made again from the records may be missing, but not be something else.
    private mutating func checkFiles() {
        check(FolderSideParts.directoryName, .directory)
        for index in entryNames(in: folder + "/vectors").sorted() {
            let file = "vectors/\(index)/graph"
            check(file, .graph)
        }
    }

    private mutating func check(_ file: String, _ kind: SealedFileKind) {
        guard access(folder + "/" + file, F_OK) == 0 else { return }
        if let detail = FileSeal.formProblem(ofFile: folder + "/" + file, kind) {
            note(.malformed, file, detail)
        }
    }
}
