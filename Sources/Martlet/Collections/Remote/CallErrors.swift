// Errors of collections as bytes: a number for the case, two texts, two integers. Numbers are never
// given another meaning.

extension CallWriter {
    mutating func error(_ error: VectorDatabaseError) {
        switch error {
        case .missingDimensions(let path): put(1, path)
        case .dimensionMismatch(let expected, let actual): put(2, "", "", expected, actual)
        case .notFinite(let id): put(3, id ?? "", "", id == nil ? 0 : 1)
        case .alreadyPresent(let id): put(4, id)
        case .notFound(let id): put(5, id)
        case .repeatedID(let id): put(6, id)
        case .unequalCounts(let ids, let others, let what): put(7, what, "", ids, others)
        case .invalidFilter(let text): put(8, text)
        case .invalidArgument(let text): put(9, text)
        case .invalidName(let name): put(10, name)
        case .collectionExists(let name): put(11, name)
        case .noCollection(let name): put(12, name)
        case .file(let path, let detail): put(13, path, detail)
        case .closed: put(14)
        case .storage(let text): put(15, text)
        }
    }

    private mutating func put(
        _ number: UInt8, _ text: String = "", _ other: String = "", _ integer: Int = 0,
        _ second: Int = 0
    ) {
        byte(number)
        self.text(text)
        self.text(other)
        self.integer(integer)
        self.integer(second)
    }
}

extension CallReader {
    mutating func error() throws(CallFault) -> VectorDatabaseError {
        let number = try byte()
        let text = try text()
        let other = try self.text()
        let integer = try integer()
        let second = try self.integer()
        switch number {
        case 1: return .missingDimensions(path: text)
        case 2: return .dimensionMismatch(expected: integer, actual: second)
        case 3: return .notFinite(id: integer == 0 ? nil : text)
        case 4: return .alreadyPresent(id: text)
        case 5: return .notFound(id: text)
        case 6: return .repeatedID(text)
        case 7: return .unequalCounts(ids: integer, others: second, what: text)
        case 8: return .invalidFilter(text)
        case 9: return .invalidArgument(text)
        case 10: return .invalidName(text)
        case 11: return .collectionExists(text)
        case 12: return .noCollection(text)
        case 13: return .file(path: text, detail: other)
        // What is closed there is a server that ends.
        case 14: return .storage("The server is stopping")
        case 15: return .storage(text)
        default: throw CallFault()
        }
    }
}
