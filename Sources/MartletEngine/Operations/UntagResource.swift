/// UntagResource: takes tags from a table; keys that it does not have are no error.
package struct UntagResource: Sendable {
    package typealias Output = Void

    package var resourceARN: String
    package var keys: [String]

    package init(resourceARN: String, keys: [String]) {
        self.resourceARN = resourceARN
        self.keys = keys
    }
}
