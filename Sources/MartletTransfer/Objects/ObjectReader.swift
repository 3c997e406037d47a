// The bytes of an object, uncompressed, a piece at a time. An object may be several gzip members or
// zstd frames behind each other. Memory is bounded whatever the object says.

internal import CTransferShim
internal import MartletCatalog

final class ObjectReader {
    private static let chunkBytes = 64 << 10

    private let file: OpenFile
    private let decoder: Decoder?
    private var chunk = [UInt8](repeating: 0, count: ObjectReader.chunkBytes)
    private var unread = 0..<0
    private var isAtEnd = false
    /// Whether the last member or frame came to its end.
    private var isWhole = true
    /// Bytes of the object as it is that were taken so far.
    private(set) var takenBytes = 0

    init(_ file: OpenFile, _ compression: TransferCompression) throws(TransferFailure) {
        self.file = file
        switch compression {
        case .none: decoder = nil
        case .gzip: decoder = try Decoder.gzip()
        case .zstd: decoder = try Decoder.zstd()
        }
    }

    /// Appends what comes next.
    /// - Returns: false at the end of the object.
    func read(into buffer: inout [UInt8]) throws(TransferFailure) -> Bool {
        while true {
            if unread.isEmpty, !isAtEnd {
                unread = 0..<(try file.read(into: &chunk))
                isAtEnd = unread.isEmpty
                takenBytes += unread.count
            }
            guard let decoder else {
                buffer.append(contentsOf: chunk[unread])
                unread = 0..<0
                return !isAtEnd
            }
            if isAtEnd, isWhole { return false }
            let before = buffer.count
            let step = decoder.step(chunk[unread], into: &buffer)
            unread = unread.lowerBound + step.taken..<unread.upperBound
            switch step.status {
            case MARTLET_STREAM_MORE: isWhole = false
            case MARTLET_STREAM_END: isWhole = true
            case MARTLET_STREAM_NO_MEMORY: throw .noMemory
            default: throw .damagedObject
            }
            if buffer.count > before { return true }
            if isAtEnd, !isWhole { throw .damagedObject }
        }
    }
}

extension TransferFailure {
    static let damagedObject = TransferFailure(
        code: "InvalidCompression", message: "An object is not compressed as the request says")
    static let noMemory = TransferFailure(code: "InternalError", message: "There is no memory")
}

/// One of the decompressors behind a common face.
private final class Decoder {
    private static let roomBytes = 256 << 10

    private let run:
        (UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<UInt8>, Int) -> martlet_stream_step
    private let free: () -> Void

    private init(
        run:
            @escaping (UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<UInt8>, Int) ->
            martlet_stream_step,
        free: @escaping () -> Void
    ) {
        self.run = run
        self.free = free
    }

    deinit { free() }

    static func gzip() throws(TransferFailure) -> Decoder {
        guard let reader = martlet_gzip_reader_make() else { throw .noMemory }
        return Decoder(
            run: { martlet_gzip_read(reader, $0, $1, $2, $3) },
            free: { martlet_gzip_reader_free(reader) })
    }

    static func zstd() throws(TransferFailure) -> Decoder {
        guard let reader = martlet_zstd_reader_make() else { throw .noMemory }
        return Decoder(
            run: { martlet_zstd_read(reader, $0, $1, $2, $3) },
            free: { martlet_zstd_reader_free(reader) })
    }

    func step(_ input: ArraySlice<UInt8>, into buffer: inout [UInt8]) -> martlet_stream_step {
        let start = buffer.count
        buffer.append(contentsOf: repeatElement(0, count: Self.roomBytes))
        let step = input.withUnsafeBufferPointer { input in
            buffer.withUnsafeMutableBufferPointer { output in
                run(input.baseAddress, input.count, output.baseAddress! + start, Self.roomBytes)
            }
        }
        buffer.removeLast(Self.roomBytes - step.given)
        return step
    }
}
