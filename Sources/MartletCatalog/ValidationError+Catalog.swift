internal import MartletModel

extension ValidationError {
    /// The prefix that most of the service's complaints about tables carry.
    static func invalid(_ text: String) -> ValidationError {
        ValidationError("One or more parameter values were invalid: " + text)
    }
}

extension Sequence<Text> {
    /// `[a, b]`, as messages list names.
    var listed: String { "[" + map(\.string).joined(separator: ", ") + "]" }
}
