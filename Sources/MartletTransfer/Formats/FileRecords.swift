// The records of one file, without a job, a table or anything put anywhere: what an import would make
// of the file.

package import MartletCatalog
package import MartletModel

/// Calls `body` with the item of each record of an open file, nil for a faulty one.
///
/// - Parameters:
///   - descriptor: read from where it is, and closed.
///   - definition: says the types of key attributes.
/// - Returns: how many bytes the records have, uncompressed.
/// - Throws: what is wrong with the file as a whole.
package func forEachRecord(
    ofFile descriptor: Int32, _ input: ImportJob.Input, _ definition: TableDefinition,
    _ body: (Item?) -> Void
) throws(TransferFailure) -> Int {
    let object = try ObjectReader(OpenFile(descriptor), input.compression)
    let records = makeRecordReader(object, input, definition)
    while let record = try records.next() {
        if case .item(let item, _) = record.content { body(item) } else { body(nil) }
    }
    return records.plainBytes
}

/// The reader of an import's format.
func makeRecordReader(
    _ object: ObjectReader, _ input: ImportJob.Input, _ definition: TableDefinition
) -> any RecordReader {
    if input.format == .csv { return CSVRecords(object, input, of: definition) }
    return JSONLines(object, takesConditions: false)
}
