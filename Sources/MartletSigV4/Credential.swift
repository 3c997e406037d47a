// The access keys that may sign requests, and where they come from.
//
// A file in the format of AWS's shared credentials (`[profile]` sections of `key = value` lines;
// every profile with a key pair counts), or the variables MARTLET_ACCESS_KEY_ID,
// MARTLET_SECRET_ACCESS_KEY and MARTLET_SESSION_TOKEN. The AWS_ variables are not read: they are
// set in many shells and containers for talking to AWS, and a server that silently began to
// require, or to hold, somebody's real keys would surprise twice.

package struct Credential: Sendable, Equatable {
    package var accessKeyID: String
    package var secretAccessKey: String
    package var sessionToken: String?

    package init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
    }
}

/// Printing a credential, by interpolation or in a crash, never shows its secrets.
extension Credential: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "Credential(\(accessKeyID))" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: ["accessKeyID": accessKeyID]) }
}

/// What is wrong with configured credentials. Never carries a secret.
package enum CredentialsError: Error, Sendable, Equatable {
    /// A line that is no section, pair or comment; counted from 1.
    case malformedLine(Int)
    /// A profile, or the environment, has one of key and secret without the other.
    case incomplete(String)
    case duplicateAccessKey(String)
    case none
}

extension CredentialsError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformedLine(let line):
            "credentials line \(line) is neither [profile] nor key = value"
        case .incomplete(let place):
            "\(place) needs both an access key id and a secret access key"
        case .duplicateAccessKey(let id):
            "access key \(id) is given twice"
        case .none:
            "the credentials file holds no access key"
        }
    }
}

extension [Credential] {
    /// Reads the text of a credentials file.
    package init(credentialsFile text: String) throws(CredentialsError) {
        self = []
        var profile = "the default profile"
        var values: [Substring: String] = [:]
        var number = 0
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            number += 1
            let line = trimmed(line)
            if line.isEmpty || line.first == "#" || line.first == ";" { continue }
            if line.first == "[" {
                guard line.last == "]" else { throw .malformedLine(number) }
                try append(values, from: profile)
                values = [:]
                profile = "profile \(line)"
            } else {
                guard let equals = line.firstIndex(of: "=") else { throw .malformedLine(number) }
                values[trimmed(line[..<equals])] =
                    String(trimmed(line[line.index(after: equals)...]))
            }
        }
        try append(values, from: profile)
        if isEmpty { throw .none }
    }

    /// Reads the environment: nothing when no variable of ours is set.
    package init(environment value: (String) -> String?) throws(CredentialsError) {
        self = []
        var values: [Substring: String] = [:]
        values["aws_access_key_id"] = value("MARTLET_ACCESS_KEY_ID")
        values["aws_secret_access_key"] = value("MARTLET_SECRET_ACCESS_KEY")
        values["aws_session_token"] = value("MARTLET_SESSION_TOKEN")
        try append(values, from: "the environment (MARTLET_ACCESS_KEY_ID)")
    }

    private mutating func append(
        _ values: [Substring: String], from place: String
    ) throws(CredentialsError) {
        let id = values["aws_access_key_id"] ?? ""
        let secret = values["aws_secret_access_key"] ?? ""
        if id.isEmpty && secret.isEmpty { return }
        if id.isEmpty || secret.isEmpty { throw .incomplete(place) }
        if contains(where: { $0.accessKeyID == id }) { throw .duplicateAccessKey(id) }
        let token = values["aws_session_token"] ?? ""
        append(
            Credential(
                accessKeyID: id, secretAccessKey: secret,
                sessionToken: token.isEmpty ? nil : token))
    }
}

private func trimmed(_ text: Substring) -> Substring {
    var text = text
    while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
    while let last = text.last, last == " " || last == "\t" || last == "\r" { text.removeLast() }
    return text
}
