// One way of searching one namespace, as a line of JSON: what was sent and received, how long it
// took, and what was found.
//
//   StoreDriver ENDPOINT TABLE NAMESPACE VECTORS QUERIES DIMENSIONS STEP
//
// VECTORS and QUERIES are files of 32-bit floats, little-endian, one vector after the other; vector
// n has the id `node-n`. STEP is `add`, or `exact`, `lists` or `service`: an index is made, if it
// takes one, and each query is asked for ten.

internal import Glibc
internal import MartletClient
internal import MartletStores

@main
enum Main {
    static func main() async throws {
        let words = Array(CommandLine.arguments.dropFirst())
        guard words.count == 7, let dimensions = Int(words[5]) else {
            fail("usage: see Benchmarks/stores/README.md", code: 2)
        }
        let client = try DynamoDBClient(.load(endpoint: words[0]))
        let store = try await DynamoDBVectorStore.open(
            table: words[1], namespace: words[2], client: client)
        let clock = ContinuousClock()
        let begin = clock.now
        if words[6] == "add" {
            let vectors = read(words[3], dimensions)
            for start in stride(from: 0, to: vectors.count, by: 1000) {
                try await store.add(
                    (start..<min(start + 1000, vectors.count)).map { number in
                        VectorNode(
                            id: "node-\(number)", embedding: vectors[number],
                            documentID: "document-\(number / 10)")
                    })
            }
        } else if words[6] != "exact" {
            try await store.buildIndex(words[6] == "lists" ? .lists : .service)
        }
        let prepared = (clock.now - begin) / .seconds(1)
        let preparation = client.statistics

        var found: [String] = []
        let queries = words[6] == "add" ? [] : read(words[4], dimensions)
        // What is kept in memory, such as centroids, is there from the first query on.
        if let first = queries.first {
            _ = try await store.query(first, count: 10, isExact: words[6] == "exact")
        }
        let warm = client.statistics
        let asked = clock.now
        for query in queries {
            let matches = try await store.query(query, count: 10, isExact: words[6] == "exact")
            found.append("[" + matches.map { "\"\($0.id)\"" }.joined(separator: ",") + "]")
        }
        let seconds = (clock.now - asked) / .seconds(1)
        let after = client.statistics
        print(
            "{\"prepareSeconds\":\(prepared),\"prepareRequests\":\(preparation.requests),"
                + "\"requests\":\(after.requests - warm.requests),"
                + "\"bytes\":\(after.bytesReceived - warm.bytesReceived),\"seconds\":\(seconds),"
                + "\"found\":[\(found.joined(separator: ","))]}")
    }

    private static func fail(_ text: String, code: Int32) -> Never {
        let line = text + "\n"
        _ = write(STDERR_FILENO, line, line.utf8.count)
        exit(code)
    }

    private static func read(_ path: String, _ dimensions: Int) -> [[Float]] {
        guard let file = fopen(path, "r") else {
            fail("cannot read \(path)", code: 1)
        }
        defer { fclose(file) }
        var vectors: [[Float]] = []
        var row = [Float](repeating: 0, count: dimensions)
        while fread(&row, 4, dimensions, file) == dimensions { vectors.append(row) }
        return vectors
    }
}
