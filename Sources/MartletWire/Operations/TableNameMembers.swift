// Operations on a table as a whole have an older way with its name than those on items: a missing
// name and a name of the wrong length have texts of their own, before any other check.

internal import MartletCatalog
internal import MartletModel

/// The table that an operation on tables names, as itself or by its ARN.
func checkedTableName(_ name: String?) throws(WireError) -> TableName {
    guard let name else {
        throw .validation(
            "The parameter 'TableName' is required but was not present in the request")
    }
    if let inARN = TableName(inARN: name) { return inARN }
    guard Limits.tableNameCharacters.contains(name.utf16.count) else {
        throw .validation(
            "TableName must be at least 3 characters long and at most 255 characters long")
    }
    var checks = MemberChecks()
    checks.namePattern(name, at: "tableName")
    try checks.check()
    return TableName(name)
}

/// Reads a request that consists of a table's name.
func readTableName(_ body: UnsafeBufferPointer<UInt8>) throws(WireError) -> TableName {
    try checkedTableName(
        try readBody(body) { reader, progress throws(WireError) in
            var name: String?
            while let member = try reader.nextMember(&progress) {
                switch member {
                case "TableName": name = try reader.readOptionalString()
                default: try reader.skipValue()
                }
            }
            return name
        })
}
