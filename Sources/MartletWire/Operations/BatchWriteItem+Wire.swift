// Order: docs/operations/BatchWriteItem.md.

internal import MartletCatalog
package import MartletEngine
internal import MartletModel

extension BatchWriteItem: WireOperation {
    private struct RequestMembers {
        var hasPut = false
        var hasDelete = false
        var item: DecodedAttributes?
        var key: DecodedAttributes?

        var kind: String {
            hasPut ? "PutRequest" : hasDelete ? "DeleteRequest" : "WriteRequest"
        }
    }

    private struct TableMembers {
        var name: String
        var requests: [RequestMembers]
    }

    package static func decode(
        _ body: UnsafeBufferPointer<UInt8>
    ) throws(WireError) -> DecodedRequest<BatchWriteItem> {
        var tables: [TableMembers]?
        var reports = ReportMembers()
        try readBody(body) { reader, progress throws(WireError) in
            while let name = try reader.nextMember(&progress) {
                switch name {
                case "RequestItems": tables = try read(from: &reader)
                default: if try !reports.read(name, from: &reader) { try reader.skipValue() }
                }
            }
        }
        var checks = MemberChecks()
        let report = reports.check(&checks)
        check(tables, &checks)
        try checks.check()
        guard !tables!.isEmpty else {
            throw .validation("The requestItems parameter is required for BatchWriteItem")
        }
        guard tables!.reduce(0, { $0 + $1.requests.count }) <= Limits.batchWriteRequests else {
            throw .validation("Too many items requested for the BatchWriteItem call")
        }
        var requests: [TableRequests] = []
        for table in tables! { requests.append(try self.requests(table)) }
        return DecodedRequest(
            BatchWriteItem(
                tables: requests, capacityReport: report.capacity,
                reportsItemCollectionMetrics: report.metrics))
    }

    // MARK: Reading

    private static func read(
        from reader: inout JSONReader
    ) throws(WireError) -> [TableMembers]? {
        let valueClass = "java.util.List<\(JSONReader.modelClass("WriteRequest"))>"
        guard var progress = try reader.beginMap(of: valueClass) else { return nil }
        var tables: [TableMembers] = []
        while let name = try reader.nextMember(&progress) {
            var table = TableMembers(name: name.string, requests: [])
            tables.removeAll { $0.name == table.name }
            if var list = try reader.beginNested(.array) {
                while try reader.nextElement(&list) {
                    table.requests.append(try readRequest(from: &reader))
                }
            }
            tables.append(table)
        }
        return tables
    }

    private static func readRequest(
        from reader: inout JSONReader
    ) throws(WireError) -> RequestMembers {
        var request = RequestMembers()
        guard var progress = try reader.beginStructure("WriteRequest", isEntry: true) else {
            return request
        }
        while let name = try reader.nextMember(&progress) {
            switch name {
            case "PutRequest":
                guard let put = try reader.beginStructure("PutRequest") else { continue }
                request.hasPut = true
                request.item = try readAttributes("Item", put, from: &reader)
            case "DeleteRequest":
                guard let delete = try reader.beginStructure("DeleteRequest") else { continue }
                request.hasDelete = true
                request.key = try readAttributes("Key", delete, from: &reader)
            default: try reader.skipValue()
            }
        }
        return request
    }

    private static func readAttributes(
        _ member: StaticString, _ progress: JSONReader.Progress, from reader: inout JSONReader
    ) throws(WireError) -> DecodedAttributes? {
        var progress = progress
        var attributes: DecodedAttributes?
        while let name = try reader.nextMember(&progress) {
            if name.equals(member) {
                attributes = try reader.readOptionalAttributes()
            } else {
                try reader.skipValue()
            }
        }
        return attributes
    }

    // MARK: Checking

    private static func check(_ tables: [TableMembers]?, _ checks: inout MemberChecks) {
        checks.require(tables != nil, at: "requestItems")
        guard let tables else { return }
        for table in tables { checks.mapKey(table.name, at: "requestItems") }
        let sizes = 1...Limits.batchWriteRequests
        if tables.contains(where: { !sizes.contains($0.requests.count) }) {
            // The service shows every request in full; here each is shown by its kind alone.
            let echo = tables.map { table in
                "\(table.name)=[\(table.requests.map(\.kind).joined(separator: ", "))]"
            }
            checks.fail(
                "{\(echo.joined(separator: ", "))}", at: "requestItems",
                "Map value must satisfy constraint: [Member must have length less than or equal to "
                    + "\(Limits.batchWriteRequests), Member must have length greater than or equal "
                    + "to 1]")
        }
        for table in tables {
            for (position, request) in table.requests.enumerated() {
                let path = "requestItems.\(table.name).member.\(position + 1).member"
                if request.hasPut {
                    checks.require(request.item != nil, at: path + ".putRequest.item")
                }
                if request.hasDelete {
                    checks.require(request.key != nil, at: path + ".deleteRequest.key")
                }
            }
        }
    }

    private static func requests(_ table: TableMembers) throws(WireError) -> TableRequests {
        var requests: [Request] = []
        for request in table.requests {
            switch (request.item, request.key) {
            case (let item?, nil): requests.append(.put(try item.checked(.older)))
            case (nil, let key?): requests.append(.delete(key: try key.checked(.older)))
            default:
                // None of the two, or both: the service's text speaks of something else.
                throw .validation(
                    "Supplied AttributeValue has more than one datatypes set, must contain "
                        + "exactly one of the supported datatypes")
            }
        }
        return TableRequests(
            table: TableName(reference: table.name), requests: requests)
    }

    // MARK: Writing

    package static func encode(
        _ output: Output, for request: DecodedRequest<BatchWriteItem>,
        into writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.member("UnprocessedItems")
        writer.beginObject()
        for table in output.unprocessed {
            writer.entry(Text(table.table.description))
            writer.beginArray()
            for request in table.requests { writer.writeRequest(request) }
            writer.endArray()
        }
        writer.endObject()
        writer.itemCollectionMetrics(byTable: output.itemCollectionMetrics)
        writer.consumedCapacities(output.capacity)
        writer.endObject()
    }
}

extension JSONWriter {
    fileprivate mutating func writeRequest(_ request: BatchWriteItem.Request) {
        beginObject()
        switch request {
        case .put(let item):
            member("PutRequest")
            beginObject()
            member("Item")
            attributes(item)
        case .delete(let key):
            member("DeleteRequest")
            beginObject()
            member("Key")
            attributes(key)
        }
        endObject()
        endObject()
    }
}
