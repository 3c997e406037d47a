// What the benchmark says to an engine and hears from it, a line of JSON each; worker.py, which
// drives the others, describes it.

struct Command: Decodable {
    enum Action: String, Decodable { case build, search, replace, quit }

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

/// What replacing half of the rows came to: slots as multiples of a fresh build's.
struct Replaced: Encodable {
    var perSecond: Double
    var slots: Double
    var freshRecall: Double
    var recall: Double
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
