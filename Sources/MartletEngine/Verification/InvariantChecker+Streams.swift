// What holds of streams in the store.

internal import MartletCatalog
internal import MartletEncoding
internal import MartletKeyValue

extension InvariantChecker {
    mutating func checkStreams() throws(StorageError) {
        let next = try nextStreamSequence()
        var streams: [UInt32: [StreamDefinition]] = [:]
        let cursor = try rows.cursor(over: .prefix(StreamKey.streams), .forward)
        while let (key, value) = try cursor.next() {
            guard let stream = try? StreamDefinition(stored: value),
                key == StreamKey.stream(stream.label, of: stream.table)
            else {
                report(.unreadableStream, nil, key: key)
                continue
            }
            streams[stream.tableID, default: []].append(stream)
            checkShards(of: stream, next)
        }
        streamTableIDs = Set(streams.keys)
        checkAgreement(with: streams)
        for (id, streams) in streams.sorted(by: { $0.key < $1.key }) {
            try checkRecords(of: streams, tableID: id)
        }
    }

    /// Each table with a stream has it, and each stream that is on has its table.
    private mutating func checkAgreement(with streams: [UInt32: [StreamDefinition]]) {
        let tablesByID = Dictionary(tables.map { ($0.id, $0) }, uniquingKeysWith: { a, _ in a })
        for table in tables {
            let current = (streams[table.id] ?? []).filter { $0.disabled == nil }
            let isRight =
                current.map(\.label) == (table.stream.map { [$0.label] } ?? [])
                && current.allSatisfy {
                    $0.viewType == table.stream?.viewType && $0.table == table.name
                        && $0.key == table.key
                }
            if !isRight { report(.strayStream, table) }
        }
        for (id, streams) in streams where tablesByID[id] == nil {
            for stream in streams where stream.disabled == nil { report(.strayStream, stream) }
        }
    }

    /// Shards ascend, and the last is open while the stream is on.
    private mutating func checkShards(of stream: StreamDefinition, _ next: UInt64) {
        var bound: UInt64 = 0
        for (position, shard) in stream.shards.enumerated() {
            let isLast = position == stream.shards.count - 1
            let last = shard.last ?? shard.first
            let mayBeOpen = isLast && stream.disabled == nil
            // A shard that the horizon has passed is gone.
            let isGone = !shard.isOpen && last < stream.horizon
            if isGone || shard.first <= bound || last < shard.first || last >= next
                || shard.isOpen != mayBeOpen
                || (shard.closed == nil) != shard.isOpen
            {
                report(.disorderedShards, stream)
            }
            bound = last
        }
        if stream.disabled == nil, stream.shards.isEmpty { report(.disorderedShards, stream) }
    }

    private mutating func checkRecords(
        of streams: [StreamDefinition], tableID: UInt32
    ) throws(StorageError) {
        var chains: [String: StreamChain] = [:]
        let cursor = try rows.cursor(
            over: .prefix(OrderedKey.tablePrefix(.streamRecord, tableID)), .forward)
        let next = try nextStreamSequence()
        while let (key, value) = try cursor.next() {
            guard let sequence = try? StreamKey.sequence(inKey: key),
                let record = try? StreamRecord(stored: value)
            else {
                report(.unreadableStreamRecord, streams[0], key: key)
                continue
            }
            let stream = streams.first { stream in
                sequence >= stream.horizon && stream.shards.contains { $0.holds(sequence) }
            }
            guard let stream, sequence < next else {
                report(.strayStreamRecord, streams[0], key: key)
                continue
            }
            if !record.shows(stream) { report(.wrongStreamRecord, stream, key: key) }
            if isDeep {
                let follows = chains[stream.label, default: StreamChain()].take(record, of: stream)
                if !follows { report(.brokenStream, stream, key: key) }
            }
        }
        guard let table = tables.first(where: { $0.id == tableID }), let label = table.stream?.label
        else { return }
        for key in try chains[label]?.keysThatDiffer(from: rows, in: table) ?? [] {
            report(.brokenStream, table, key: key)
        }
    }

    private func nextStreamSequence() throws(StorageError) -> UInt64 {
        let stored = try rows.value(forKey: StreamKey.nextSequence)
        return stored.flatMap { try? StreamKey.decodeNextSequence($0) } ?? StreamKey.firstSequence
    }

    private mutating func report(
        _ problem: InvariantFinding.Problem, _ stream: StreamDefinition, key: [UInt8]? = nil
    ) {
        let key = key ?? StreamKey.stream(stream.label, of: stream.table)
        report(InvariantFault(problem: problem, tableName: stream.table, key: key))
    }
}

extension StreamRecord {
    /// Whether the record has what one of its stream has, and is of an item with a key.
    fileprivate func shows(_ stream: StreamDefinition) -> Bool {
        let showsOld = stream.viewType.showsOldImage && event != .insert
        let showsNew = stream.viewType.showsNewImage && event != .remove
        return (oldImage != nil) == showsOld && (newImage != nil) == showsNew
            && (keys != nil) == !(showsOld || showsNew)
            && keys(stream.key).attributeCount == stream.key.attributes.count
            && (!isExpiry || event == .remove) && (oldImage == nil || oldImage != newImage)
    }
}
