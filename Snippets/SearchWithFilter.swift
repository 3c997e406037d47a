// Vectors with metadata in a folder, and the nearest of those that match.

import Martlet

let notes = try VectorDatabase.open(at: "/tmp/martlet-snippet-notes", dimensions: 3)
defer { try? notes.close() }

try notes.upsert("robin", [0.9, 0.1, 0.0], metadata: ["topic": "birds", "year": 2024])
try notes.upsert("oak", [0.1, 0.9, 0.2], metadata: ["topic": "trees", "year": 2019])
try notes.upsertMany(
    ["wren", "elm"], [[0.8, 0.2, 0.1], [0.0, 0.8, 0.3]],
    metadata: [["topic": "birds", "year": 2018], nil])

let recent = MetadataField("topic") == "birds" && MetadataField("year") >= 2020
for result in try notes.search([1, 0, 0], k: 3, filter: recent) {
    print(result.id, result.distance)
}

// The same filter as a tree, as JSON writes it.
let tree = try MetadataFilter(parsing: ["topic": "birds", "year": ["$gte": 2020]])
print(try notes.count(matching: tree))

// How a search was carried out.
let explained = try notes.explain([1, 0, 0], filter: recent)
print(explained.method, explained.comparedCount, explained.matchingCount)
