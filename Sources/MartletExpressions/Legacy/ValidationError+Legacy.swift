internal import MartletModel

extension ValidationError {
    /// The service's usual beginning.
    static func invalid(_ text: String) -> ValidationError {
        ValidationError("One or more parameter values were invalid: " + text)
    }
}
