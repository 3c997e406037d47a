// What is answered beside operations: health, metrics, CORS preflight.

internal import MartletEngine
internal import MartletKeyValue

extension RequestHandler {
    /// GET: `healthy: HOST` at the root, as AWS answers; `/health`; `/metrics`.
    func page(_ request: borrowing HTTPRequest) -> HTTPResponse {
        if request.path.equals("/") {
            let host = request.header("Host").map { String(decoding: $0, as: UTF8.self) } ?? ""
            return .text("healthy: \(host) ")
        }
        if request.path.equals("/health") {
            let engines = dataSets?.all.map(\.engine) ?? [engine]
            return engines.contains { $0.refusesWrites }
                ? .text("unhealthy: the store refuses writes\n", status: 503) : .text("healthy\n")
        }
        if request.path.equals("/metrics") {
            return .text(metricsText(), type: "text/plain; version=0.0.4; charset=utf-8")
        }
        return .plain(404, "<UnknownOperationException/>")
    }

    /// What browsers ask before a page of another origin may send a request. That it may was
    /// decided before.
    func preflight(_ request: borrowing HTTPRequest) -> HTTPResponse {
        var headers = HTTPHeaders()
        guard let origin = request.header("Origin") else {
            return HTTPResponse(status: 200, headers: headers)
        }
        headers.append("Access-Control-Allow-Origin", origin)
        headers.append("Vary", "Origin")
        headers.append("Access-Control-Max-Age", "172800")
        if let wanted = request.header("Access-Control-Request-Headers") {
            headers.append("Access-Control-Allow-Headers", wanted)
        }
        if let wanted = request.header("Access-Control-Request-Method") {
            headers.append("Access-Control-Allow-Methods", wanted)
        }
        if request.header("Access-Control-Request-Private-Network") != nil {
            headers.append("Access-Control-Allow-Private-Network", "true")
        }
        return HTTPResponse(status: 200, headers: headers)
    }

    private func metricsText() -> String {
        var text = PrometheusText()
        observer.metrics.write(to: &text)
        let engines = dataSets?.all.map(\.engine) ?? [engine]
        let commits = engines.map(\.commitCounts)
        text.single(
            "martlet_commit_groups_total", .counter, "Groups of writes committed together.",
            Double(commits.reduce(0) { $0 + $1.groups }))
        text.single(
            "martlet_commits_total", .counter, "Writes that went through the commit thread.",
            Double(commits.reduce(0) { $0 + $1.writes }))
        let stores = engines.map(\.statistics)
        text.single(
            "martlet_store_disk_bytes", .gauge, "Bytes of the store's files.",
            Double(stores.reduce(0) { $0 + $1.diskBytes }))
        text.single(
            "martlet_store_memtable_bytes", .gauge, "Bytes of rows not yet in table files.",
            Double(stores.reduce(0) { $0 + $1.memtableBytes }))
        text.single(
            "martlet_store_cache_bytes", .gauge, "Bytes of cached blocks, indexes and filters.",
            Double(stores.reduce(0) { $0 + $1.blockCacheBytes }))
        text.single(
            "martlet_store_stalled_commits_total", .counter,
            "Commits that waited for background work.",
            Double(stores.reduce(0) { $0 + $1.writeStallCount }))
        text.single(
            "martlet_store_refuses_writes", .gauge, "1 after a failed write to disk.",
            engines.contains { $0.refusesWrites } ? 1 : 0)
        writeVectorGauges(engines.map(\.vectorStatistics), to: &text)
        if let bytes = ProcessGauges.residentBytes {
            text.single(
                "process_resident_memory_bytes", .gauge, "Resident memory.", Double(bytes))
        }
        return text.text
    }

    private func writeVectorGauges(
        _ indexes: [VectorStatistics], to text: inout PrometheusText
    ) {
        func gauge(_ name: String, _ help: String, _ value: KeyPath<VectorStatistics, Int>) {
            text.single(name, .gauge, help, Double(indexes.reduce(0) { $0 + $1[keyPath: value] }))
        }
        gauge("martlet_vector_indexes", "Vector indexes.", \.indexCount)
        gauge("martlet_vectors", "Vectors in the graphs of indexes.", \.vectorCount)
        gauge(
            "martlet_vectors_pending", "Changes that are searched one by one.",
            \.pendingCount)
        gauge(
            "martlet_vector_indexes_rebuilding", "Vector indexes that are being made of the items.",
            \.rebuildingCount)
        gauge(
            "martlet_vector_memory_bytes", "Bytes of vector indexes in memory.", \.memoryBytes)
        gauge(
            "martlet_vector_mapped_bytes", "Bytes of vector indexes' files in the address space.",
            \.mappedBytes)
    }
}

extension HTTPResponse {
    /// For pages that may not send requests. Without CORS headers the page cannot read it.
    static var forbiddenOrigin: HTTPResponse {
        .text(
            "Requests from web pages of this origin are not allowed; see --cors.\n", status: 403)
    }

    static func text(
        _ text: String, status: UInt16 = 200, type: StaticString = "text/plain; charset=utf-8"
    ) -> HTTPResponse {
        var headers = HTTPHeaders()
        headers.append("Content-Type", type)
        return HTTPResponse(status: status, headers: headers, body: Array(text.utf8))
    }
}
