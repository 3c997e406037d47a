// Keys and rows of the layout.

internal import MartletClient
internal import MartletModel

/// A row of one of the store's partitions.
struct StoreRow {
    var item: AttributeMap
    /// The range key.
    var id: String?
}

extension DynamoDBVectorStore {
    var embeddings: String { namespace + "/embedding" }
    var owners: String { namespace + "/text_id_to_doc_id" }
    var indexRows: String { namespace + "/index" }
    var searchRows: String { namespace + "/index/search" }

    func listRows(_ generation: Int, _ list: Int) -> String {
        "\(namespace)/index/\(generation)/\(list)"
    }

    func key(_ partition: String, _ id: String) -> AttributeMap {
        [hashName: .string(Text(partition)), rangeName: .string(Text(id))]
    }

    func row(
        _ partition: String, _ id: String, _ name: Text, _ value: AttributeValue
    ) -> AttributeMap {
        var item = key(partition, id)
        item[name] = value
        return item
    }

    /// Numbers as LlamaIndex writes them: the shortest decimals.
    static func numbers(_ vector: [Float]) -> [AttributeValue] {
        vector.map { element in
            // A float that is finite is within the range of numbers, or too near to zero for it.
            .number((try? DecimalNumber(parsing: element.description)) ?? DecimalNumber(0))
        }
    }

    func vector(of item: AttributeMap) throws(VectorStoreError) -> [Float] {
        guard case .list(let elements)? = item["value"] else { throw .malformedRow }
        var vector: [Float] = []
        vector.reserveCapacity(elements.count)
        for element in elements {
            guard case .number(let number) = element else { throw .malformedRow }
            vector.append(Float(number.description) ?? 0)
        }
        return vector
    }

    /// 32-bit floats, little-endian.
    static func packed(_ vector: [Float]) -> AttributeValue {
        .binary(
            vector.flatMap { element in
                withUnsafeBytes(of: element.bitPattern.littleEndian) { Array($0) }
            })
    }

    static func unpacked(_ value: AttributeValue?) throws(VectorStoreError) -> [Float] {
        guard case .binary(let bytes)? = value, bytes.count % 4 == 0 else { throw .malformedRow }
        return bytes.withUnsafeBytes { bytes in
            (0..<bytes.count / 4).map { place in
                Float(
                    bitPattern: UInt32(
                        littleEndian: bytes.loadUnaligned(
                            fromByteOffset: 4 * place, as: UInt32.self)))
            }
        }
    }

    /// Calls `body` with every row of a partition.
    func eachRow(
        of partition: String, isConsistent: Bool = false,
        _ body: (StoreRow) throws(VectorStoreError) -> Void
    ) async throws(VectorStoreError) {
        var request = QueryRequest(
            table: table, keyCondition: "#h = :h", names: ["#h": hashName.string],
            values: [":h": .string(Text(partition))])
        request.isConsistent = isConsistent
        while true {
            let page = try await calling { () async throws(ClientError) in
                try await client.query(request)
            }
            for item in page.items {
                var row = StoreRow(item: item)
                if case .string(let id)? = item[rangeName] { row.id = id.string }
                try body(row)
            }
            guard let next = page.nextKey else { return }
            request.startKey = next
        }
    }
}
