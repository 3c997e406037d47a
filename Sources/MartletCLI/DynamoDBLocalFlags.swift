/// The command line of Amazon's DynamoDB Local, so that this server can stand in its place in
/// existing scripts: `-port 8000 -inMemory -sharedDb`, also behind `-jar DynamoDBLocal.jar`.
enum DynamoDBLocalFlags {
    /// Flags with a value, and ours that means the same; nil where there is nothing to set here.
    private static let valued: [String: String?] = [
        "-port": "--port", "-dbPath": "--data", "-jar": nil, "-cors": "--cors",
    ]
    /// Flags without a value. All clients share one database here also without `-sharedDb`, as most
    /// expect who forget it; `--separate` keeps them apart.
    private static let plain: [String: String?] = [
        "-inMemory": "--in-memory", "-sharedDb": "--separate=none",
        "-delayTransientStatuses": "--delay-transient-statuses",
        "-optimizeDbBeforeStartup": nil, "-disableTelemetry": nil,
    ]

    static func recognizes(_ word: String) -> Bool {
        valued[word] != nil || plain[word] != nil || word.hasPrefix("-D")
    }

    /// The same command line in our words; what is not DynamoDB Local's stays as it is.
    static func translated(_ arguments: [String]) -> [String] {
        var result: [String] = []
        var rest = arguments[...]
        while let word = rest.popFirst() {
            if let ours = valued[word] {
                let value = rest.popFirst()
                if let ours { result += [ours] + (value.map { [$0] } ?? []) }
            } else if let ours = plain[word] {
                if let ours { result.append(ours) }
            } else if word.hasPrefix("-D"), !word.hasPrefix("--") {
                continue  // a Java property
            } else {
                result.append(word)
            }
        }
        return result
    }
}
