// Text and JSON on their way between C and Swift.

internal import CMartletAPI
internal import Glibc
internal import Martlet

extension martlet_text {
    var isNone: Bool { bytes == nil }

    var buffer: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: bytes, count: Int(count))
    }

    /// Bytes that are not UTF-8 are replaced; Python's texts are.
    var string: String { String(decoding: buffer, as: UTF8.self) }

    /// A path. Swift and the file system must mean the same bytes by it.
    var path: String {
        get throws(Failure) {
            guard let path = String(validating: buffer, as: UTF8.self) else {
                throw Failure(MARTLET_FILE, "The path \(string) is not UTF-8.")
            }
            return path
        }
    }

    /// Metadata; nil for none.
    var metadata: JSONMetadata? {
        get throws(Failure) {
            if isNone { return nil }
            do throws(JSONFault) {
                return try JSONMetadata(buffer)
            } catch {
                throw Failure(MARTLET_INVALID, "Metadata cannot be kept: \(error.text).")
            }
        }
    }

    /// A filter of a database; nil for none.
    var collectionFilter: CollectionFilter? {
        get throws(Failure) {
            if isNone { return nil }
            return try calling { () throws(VectorDatabaseError) in
                try CollectionFilter(buffer)
            }
        }
    }

    /// A filter; nil for none.
    var filter: MetadataFilter? {
        get throws(Failure) {
            if isNone { return nil }
            let tree: Metadata
            do throws(JSONFault) {
                tree = try Metadata(json: buffer)
            } catch {
                throw Failure(MARTLET_FILTER, "The filter cannot be read: \(error.text).")
            }
            do throws(MetadataFilterError) {
                return try MetadataFilter(parsing: tree)
            } catch {
                throw Failure(MARTLET_FILTER, error.description + ".")
            }
        }
    }
}

/// Texts that are to be handed out one behind the other.
struct TextBlock {
    private var bytes: [UInt8] = []
    private var ends: [Int] = []

    init() {}

    mutating func append(_ text: Text) {
        text.withUTF8 { bytes.append(contentsOf: $0) }
        ends.append(bytes.count)
    }

    mutating func append(json metadata: Metadata, text: Text?) {
        bytes.append(json: metadata, text: text)
        ends.append(bytes.count)
    }

    var byteCount: Int { bytes.count }

    /// Copies the bytes to where there is room for all, and gives each text its place there.
    func place(
        at start: UnsafeMutablePointer<CChar>, _ body: (Int, martlet_text) -> Void
    ) {
        bytes.withUnsafeBytes { bytes in
            if let base = bytes.baseAddress { memcpy(start, base, bytes.count) }
        }
        var from = 0
        for (position, end) in ends.enumerated() {
            body(position, martlet_text(bytes: start + from, count: Int64(end - from)))
            from = end
        }
    }

    /// One block of `malloc`.
    var texts: martlet_texts {
        let headBytes = ends.count * MemoryLayout<martlet_text>.stride
        let block = malloc(max(1, headBytes + bytes.count))!
        let texts = block.bindMemory(to: martlet_text.self, capacity: ends.count)
        place(at: (block + headBytes).assumingMemoryBound(to: CChar.self)) { texts[$0] = $1 }
        return martlet_texts(texts: texts, count: Int64(ends.count))
    }
}
