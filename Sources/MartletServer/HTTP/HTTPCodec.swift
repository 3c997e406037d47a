// gzip and CRC-32, by libdeflate. A codec belongs to one thread.

internal import CHTTPShim

final class HTTPCodec {
    enum Inflation { case inflated, invalid, overLimit, overBudget }

    /// Below this a compressed answer saves no packet.
    static let smallestCompressedBytes = 1024

    private let compressor: OpaquePointer
    private let decompressor: OpaquePointer

    init() {
        // Level 1: JSON shrinks to about a fifth at several hundred MB/s; higher levels cost more
        // time than the network saves.
        guard let compressor = libdeflate_alloc_compressor(1),
            let decompressor = libdeflate_alloc_decompressor()
        else { fatalError("no memory for a codec") }
        self.compressor = compressor
        self.decompressor = decompressor
    }

    deinit {
        libdeflate_free_compressor(compressor)
        libdeflate_free_decompressor(decompressor)
    }

    /// The body as gzip; nil when that is no smaller.
    func deflate(_ body: [UInt8]) -> [UInt8]? {
        let bound = body.count - 1
        let deflated = [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            count = body.withUnsafeBytes { source in
                libdeflate_gzip_compress(
                    compressor, source.baseAddress, source.count, buffer.baseAddress, bound)
            }
        }
        return deflated.isEmpty ? nil : deflated
    }

    /// Inflates every member of a gzip file, to at most `limit` bytes: memory is bounded whatever
    /// the input claims.
    func inflate(
        _ source: UnsafeRawBufferPointer, into output: inout HTTPBuffer, limit: Int
    ) -> Inflation {
        output.removeAll(keepingBytes: 65_536)
        var rest = source
        // Deflate shrinks by at most 1032, so a small input never needs a large first guess.
        var guess = min(limit, max(1024, min(source.count * 4, source.count.saturating(1032))))
        while !rest.isEmpty {
            guard output.grow(to: max(output.count, guess), limit: limit) else {
                return .overBudget
            }
            var consumed = 0
            var result = LIBDEFLATE_SUCCESS
            let allowed = limit - output.count
            _ = output.fill { room in
                var produced = 0
                let space = min(room.count, allowed)
                result = libdeflate_gzip_decompress_ex(
                    decompressor, rest.baseAddress, rest.count, room.baseAddress, space,
                    &consumed, &produced)
                return result == LIBDEFLATE_SUCCESS ? produced : nil
            }
            switch result {
            case LIBDEFLATE_SUCCESS:
                rest = UnsafeRawBufferPointer(rebasing: rest[consumed...])
            case LIBDEFLATE_INSUFFICIENT_SPACE:
                if guess >= limit { return .overLimit }
                guess = min(limit, guess * 4)
            default:
                return .invalid
            }
        }
        return source.isEmpty ? .invalid : .inflated
    }
}

extension Int {
    fileprivate func saturating(_ factor: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: factor)
        return overflow ? .max : product
    }
}

/// CRC-32 as in gzip and `x-amz-crc32`.
package func crc32(_ bytes: [UInt8]) -> UInt32 {
    bytes.withUnsafeBytes { libdeflate_crc32(0, $0.baseAddress, $0.count) }
}

/// Whether an Accept-Encoding value allows gzip: named, or by `*`, with a weight above zero.
func acceptsGzip(_ value: HTTPBytes?) -> Bool {
    guard let value else { return false }
    var star = false
    for element in value.split(separator: 0x2C) {
        let parts = element.split(separator: 0x3B).map { HTTPBytes(rebasing: $0).trimmed }
        guard let name = parts.first else { continue }
        let refused = parts.dropFirst().contains { $0.isZeroWeight }
        if name.equalsIgnoringCase("gzip") || name.equalsIgnoringCase("x-gzip") {
            return !refused
        }
        if name.equals("*") { star = !refused }
    }
    return star
}

extension HTTPBytes {
    /// `q=0`, `q=0.`, `q=0.000`.
    fileprivate var isZeroWeight: Bool {
        guard count >= 3, self[0] | 0x20 == 0x71, self[1] == 0x3D, self[2] == 0x30 else {
            return false
        }
        return self.dropFirst(3).allSatisfy { $0 == 0x2E || $0 == 0x30 }
    }
}
