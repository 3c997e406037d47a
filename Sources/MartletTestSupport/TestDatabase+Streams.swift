// Streams in few words: a stream is named by its place among those of its table, and read as a
// client would read it, shard by shard.

package import MartletCatalog
internal import MartletEncoding
package import MartletEngine
package import MartletModel

extension TestDatabase {
    package func streams(_ table: TableName? = "Tab") throws(OperationError) -> [ListStreams.Stream]
    {
        try engine.run(ListStreams(table: table)).streams
    }

    package func describeStream(
        _ arn: String
    ) throws(OperationError) -> DescribeStream.Output {
        try engine.run(DescribeStream(streamARN: arn))
    }

    package func iterator(
        _ arn: String, shard: Int = 0, _ place: GetShardIterator.Place = .trimHorizon,
        _ sequenceNumber: String? = nil
    ) throws(OperationError) -> String {
        try engine.run(
            GetShardIterator(
                streamARN: arn, shardID: describeStream(arn).shards[shard].id, place: place,
                sequenceNumber: sequenceNumber))
    }

    package func records(
        _ iterator: String, limit: Int = 1000
    ) throws(OperationError) -> GetRecords.Output {
        try engine.run(GetRecords(iterator: iterator, limit: limit))
    }

    /// All records of all shards, page by page; stops at the first empty page of an open shard.
    package func allRecords(
        _ arn: String, pageLimit: Int = 1000
    ) throws(OperationError) -> [GetRecords.Record] {
        var records: [GetRecords.Record] = []
        for shard in try describeStream(arn).shards.indices {
            var next: String? = try iterator(arn, shard: shard)
            while let iterator = next {
                let page = try self.records(iterator, limit: pageLimit)
                records += page.records
                next = page.records.isEmpty ? nil : page.nextIterator
            }
        }
        return records
    }

    /// Switches a table's stream on, or off when `view` is nil.
    package func setStream(
        _ view: StreamSettings.ViewType?, of table: TableName = "Tab"
    ) throws(OperationError) {
        try change(
            TableChange(
                name: table, stream: StreamRequest(isEnabled: view != nil, viewType: view)))
    }
}

extension TableRequest {
    package func streaming(
        _ view: StreamSettings.ViewType = .newAndOldImages
    ) -> TableRequest {
        var request = self
        request.stream = StreamRequest(isEnabled: true, viewType: view)
        return request
    }
}

extension GetRecords.Record {
    /// `MODIFY {key} {old} → {new}`; what is not shown is left out.
    package var notation: String {
        let name =
            switch event {
            case .insert: "INSERT"
            case .modify: "MODIFY"
            case .remove: isExpiry ? "EXPIRE" : "REMOVE"
            }
        return [
            name, keys.item.notation, oldImage.map { $0.item.notation },
            newImage.map { "→ " + $0.item.notation },
        ].compactMap { $0 }.joined(separator: " ")
    }
}

/// A table that is made from a stream with both images alone. Each record must fit what the ones
/// before it made.
package struct Replica {
    package private(set) var items: [String: Item] = [:]

    package init() {}

    package var contents: [String] { items.values.map(\.notation).sorted() }

    /// - Returns: what is wrong with the record; nil for nothing.
    package mutating func apply(_ record: GetRecords.Record) -> String? {
        let key = record.keys.item.notation
        let (old, new) = (record.oldImage?.item, record.newImage?.item)
        defer { items[key] = new }
        if items[key] != old { return "the old image is not what was: \(record.notation)" }
        let isRight =
            switch record.event {
            case .insert: old == nil && new != nil
            case .modify: old != nil && new != nil && old != new
            case .remove: old != nil && new == nil
            }
        return isRight ? nil : "the event is not the change: \(record.notation)"
    }
}
