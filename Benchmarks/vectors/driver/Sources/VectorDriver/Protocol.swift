// What the benchmark says to an engine and hears from it, a line of JSON each; worker.py, which
// drives the others, describes it.

struct Command: Decodable {
    enum Action: String, Decodable { case build, search, quit }

    var `do`: Action
    var ef: Int?
    var threads: Int?
    var minimum: Double?
    var filter: String?
    var queries: Int?
    var answers: String?
}

struct Built: Encodable {
    var seconds: Double
    var anonymous: Int
    var mapped: Int
}

struct Searched: Encodable {
    var queries: Int
    var seconds: Double
}

/// meta.json of a prepared data set, as far as it matters here.
struct DataSet: Decodable {
    var metric: String
    var rows: Int
    var dimensions: Int
    var queries: Int
}
