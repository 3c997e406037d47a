// Access keys and their permissions, as a file of JSON (docs/access.md):
//
//   {"accessKeys": [
//     {"accessKeyId": "reports", "secretAccessKey": "…", "sessionToken": "…",
//      "account": "111122223333", "user": "reports",
//      "allow": "read", "tables": ["Orders", "log-*"]},
//     {"accessKeyId": "app", "secretAccessKey": "…",
//      "grants": [{"allow": "write", "tables": ["Orders"]}, {"allow": "read"}]}]}
//
// Only `accessKeyId`, `secretAccessKey` and one of `allow` and `grants` have to be there. A member
// that is not known is refused: a misspelt `tables` must not mean all tables.

internal import MartletWire
internal import MartletSigV4

/// What is wrong with such a file. Never carries a secret.
package struct AccessKeyFileError: Error, Sendable, Equatable, CustomStringConvertible {
    package var description: String

    init(_ description: String) { self.description = description }
}

package enum AccessKeyFile {
    package static func keys(reading text: String) throws(AccessKeyFileError) -> [AccessKey] {
        let bytes = Array(text.utf8)
        let read = bytes.withUnsafeBufferPointer { bytes in
            Result { () throws(AccessKeyFileError) in
                var reader = Reader(JSONReader(bytes))
                return try reader.file()
            }
        }
        return try read.get()
    }

    private struct Reader {
        private var json: JSONReader
        private var keys: [AccessKey] = []
        /// The key that is being read, counted from 1.
        private var number = 0

        init(_ json: JSONReader) { self.json = json }

        mutating func file() throws(AccessKeyFileError) -> [AccessKey] {
            try members { (reader, name) throws(AccessKeyFileError) in
                guard name == "accessKeys" else { throw reader.unknown(name) }
                try reader.elements { (reader) throws(AccessKeyFileError) in
                    reader.number += 1
                    let key = try reader.key()
                    if reader.keys.contains(where: {
                        $0.credential.accessKeyID == key.credential.accessKeyID
                    }) {
                        throw reader.fault(
                            "access key \(key.credential.accessKeyID) is given twice")
                    }
                    reader.keys.append(key)
                }
            }
            try attempt { (json) throws(WireError) in try json.finish() }
            if keys.isEmpty { throw AccessKeyFileError("the file holds no access key") }
            return keys
        }

        private mutating func key() throws(AccessKeyFileError) -> AccessKey {
            var texts: [String: String] = [:]
            var level: AccessLevel?
            var tables: [NamePattern]?
            var grants: [AccessGrant]?
            try members { (reader, name) throws(AccessKeyFileError) in
                switch name {
                case "accessKeyId", "secretAccessKey", "sessionToken", "account", "user":
                    let text = try reader.text(name)
                    if text.isEmpty { throw reader.fault("\(name) is empty") }
                    texts[name] = text
                case "allow": level = try reader.level()
                case "tables": tables = try reader.patterns()
                case "grants":
                    var read: [AccessGrant] = []
                    try reader.elements { (reader) throws(AccessKeyFileError) in
                        read.append(try reader.grant())
                    }
                    grants = read
                default: throw reader.unknown(name)
                }
            }
            guard let id = texts["accessKeyId"] else { throw fault("accessKeyId is missing") }
            guard let secret = texts["secretAccessKey"] else {
                throw fault("secretAccessKey is missing")
            }
            if let account = texts["account"], !account.isAccountNumber {
                throw fault("account takes 12 digits")
            }
            switch (level, tables, grants) {
            case (let level?, _, nil):
                grants = [AccessGrant(level, tables: tables ?? [.everything])]
            case (nil, nil, .some): break
            default: throw fault("either allow, with or without tables, or grants is needed")
            }
            return AccessKey(
                Credential(
                    accessKeyID: id, secretAccessKey: secret, sessionToken: texts["sessionToken"]),
                account: texts["account"], user: texts["user"], grants: grants!)
        }

        private mutating func grant() throws(AccessKeyFileError) -> AccessGrant {
            var level: AccessLevel?
            var tables: [NamePattern] = [.everything]
            try members { (reader, name) throws(AccessKeyFileError) in
                switch name {
                case "allow": level = try reader.level()
                case "tables": tables = try reader.patterns()
                default: throw reader.unknown(name)
                }
            }
            guard let level else { throw fault("a grant needs allow") }
            return AccessGrant(level, tables: tables)
        }

        private mutating func level() throws(AccessKeyFileError) -> AccessLevel {
            switch try text("allow") {
            case "read": .read
            case "write": .write
            case "admin": .admin
            default: throw fault("allow takes read, write or admin")
            }
        }

        private mutating func patterns() throws(AccessKeyFileError) -> [NamePattern] {
            var patterns: [NamePattern] = []
            try elements { (reader) throws(AccessKeyFileError) in
                patterns.append(NamePattern(try reader.text("tables")))
            }
            if patterns.isEmpty { throw fault("tables is empty") }
            return patterns
        }

        // MARK: JSON

        private func fault(_ text: String) -> AccessKeyFileError {
            AccessKeyFileError(number == 0 ? text : "access key number \(number): \(text)")
        }

        private func unknown(_ name: String) -> AccessKeyFileError {
            fault("\(name) is not known")
        }

        private mutating func attempt<Value>(
            _ read: (inout JSONReader) throws(WireError) -> Value
        ) throws(AccessKeyFileError) -> Value {
            do throws(WireError) {
                return try read(&json)
            } catch {
                throw fault("this is not the JSON that is expected here")
            }
        }

        private mutating func text(_ name: String) throws(AccessKeyFileError) -> String {
            guard try attempt({ (json) throws(WireError) in try json.peek() }) == .string else {
                throw fault("\(name) takes a text")
            }
            return try attempt { (json) throws(WireError) in try json.readString().string }
        }

        private mutating func members(
            _ take: (inout Reader, String) throws(AccessKeyFileError) -> Void
        ) throws(AccessKeyFileError) {
            var progress = try attempt { (json) throws(WireError) in try json.beginObject() }
            while let name = try attempt({ (json) throws(WireError) in
                try json.nextMember(&progress)?.string
            }) {
                try take(&self, name)
            }
        }

        private mutating func elements(
            _ take: (inout Reader) throws(AccessKeyFileError) -> Void
        ) throws(AccessKeyFileError) {
            var progress = try attempt { (json) throws(WireError) in try json.beginArray() }
            while try attempt({ (json) throws(WireError) in try json.nextElement(&progress) }) {
                try take(&self)
            }
        }
    }
}

extension String {
    /// Whether this is the number of an AWS account: 12 digits.
    package var isAccountNumber: Bool {
        utf8.count == 12 && utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")) ~= $0 }
    }
}
