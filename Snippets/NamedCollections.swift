// Several collections in one folder.

import Martlet

let collections = try VectorCollections.open(at: "/tmp/martlet-snippet-collections")
defer { try? collections.close() }

let photos = try collections.getOrCreate(
    "photos", dimensions: 2, options: VectorOptions(metric: .euclidean, isQuantized: true))
try photos.upsert("sunset", [0.2, 0.7])
print(try collections.list(), try photos.search([0, 1]).map(\.id))

// Writes the index's file, so that the next opening is quick.
try photos.save()
try collections.delete("photos")
