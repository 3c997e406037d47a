// The columns of one row, which may go over many lines. What was read once is not read again when
// another line comes, so that a quote that nobody closes costs no more than its bytes.

struct CSVRow {
    enum Reading {
        case complete
        /// A quoted column has not ended yet.
        case open
        /// A quote stands where none may be, or a column is no text.
        case broken
    }

    private(set) var text: [UInt8]
    private(set) var fields: [String] = []

    private let delimiter: UInt8
    private var position = 0
    private var field: [UInt8] = []
    private var isQuoted = false

    init(_ line: [UInt8], delimiter: UInt8) {
        text = line
        self.delimiter = delimiter
    }

    mutating func append(_ more: some Sequence<UInt8>) { text.append(contentsOf: more) }

    /// Reads on, to the end of what there is.
    mutating func read() -> Reading {
        let quote = UInt8(ascii: "\"")
        while true {
            if !isQuoted, position < text.count, text[position] == quote {
                position += 1
                isQuoted = true
            }
            if isQuoted {
                guard readQuoted() else { return .open }
                isQuoted = false
                guard position == text.count || text[position] == delimiter else { return .broken }
            } else {
                while position < text.count, text[position] != delimiter {
                    guard text[position] != quote else { return .broken }
                    field.append(text[position])
                    position += 1
                }
            }
            guard let value = String(validating: field, as: UTF8.self) else { return .broken }
            fields.append(value)
            field.removeAll(keepingCapacity: true)
            guard position < text.count else { return .complete }
            position += 1
        }
    }

    /// Reads up to the quote that ends the column; false when there is none.
    private mutating func readQuoted() -> Bool {
        let quote = UInt8(ascii: "\"")
        while position < text.count {
            let byte = text[position]
            position += 1
            if byte == quote {
                guard position < text.count, text[position] == quote else { return true }
                position += 1
            }
            field.append(byte)
        }
        return false
    }
}
