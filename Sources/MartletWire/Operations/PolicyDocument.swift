// A resource policy: a JSON document in the language of IAM. The service keeps and answers it in a
// canonical form:
//
//   * no white space; Version, Id, Statement; of a statement Sid, Effect, Principal, Action,
//     Resource, Condition
//   * one statement stands in a list, one action or resource does not
//   * an account's number among principals is the ARN of its root; repeated principals are one
//   * a document without Version is answered with the version of 2008, but is not the same document
//     as one that says so: it is kept without
//
// Order of the refusals: size, JSON, statements as a whole, each statement's members in that order.
// Names of actions and resources are not looked at, nor whether principals exist.

internal import MartletModel

struct PolicyDocument {
    static let byteLimit = 20_480
    private static let versions = ["2008-10-17", "2012-10-17"]

    /// The document as it is kept.
    let canonical: String

    init(_ text: String) throws(WireError) {
        guard text.utf8.count <= Self.byteLimit else {
            throw .validation(
                "One or more parameter values were invalid: Maximum policy size of "
                    + "\(Self.byteLimit) bytes exceeded")
        }
        let members: [(name: String, value: JSONTree)]
        switch JSONTree(text) {
        case .object(let found)?: members = found
        case .null?: throw Self.invalid("This text appears not to be a policy")
        default: throw Self.invalid("This policy contains invalid Json")
        }
        let syntaxError = Self.invalid("Syntax error at position \(Self.end(of: text))")
        var version: String?
        var id: JSONTree?
        var statements: [JSONTree]?
        for (name, value) in members {
            switch (name, value) {
            case ("Version", .string(let text)) where Self.versions.contains(text): version = text
            case ("Id", .string): id = value
            case ("Statement", .array(let elements)): statements = elements
            case ("Statement", .object): statements = [value]
            default: throw syntaxError
            }
        }
        guard let statements else { throw syntaxError }
        guard !statements.isEmpty else {
            throw Self.invalid("Could not parse the policy: Statement is empty!")
        }
        var writer = JSONWriter()
        writer.beginObject()
        if let version {
            writer.member("Version")
            writer.string(version)
        }
        if let id {
            writer.member("Id")
            id.write(to: &writer)
        }
        writer.member("Statement")
        writer.beginArray()
        var names: Set<Text> = []
        for element in statements {
            let statement = try PolicyStatement(element, syntaxError)
            if let name = statement.name, !names.insert(Text(name)).inserted {
                throw Self.invalid("The Statement Ids in the policy are not unique")
            }
            statement.write(to: &writer)
        }
        writer.endArray()
        writer.endObject()
        canonical = String(decoding: writer.bytes, as: UTF8.self)
    }

    /// The document as it is answered.
    static func answered(_ kept: String) -> String {
        guard kept.hasPrefix("{\"Statement\"") || kept.hasPrefix("{\"Id\"") else { return kept }
        return "{\"Version\":\"\(versions[0])\"," + kept.dropFirst()
    }

    static func invalid(_ text: String) -> WireError {
        .validation("One or more parameter values were invalid: Invalid policy document: " + text)
    }

    /// The place after the last character: line and column, both from one.
    private static func end(of text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return "(\(lines.count),\((lines.last?.unicodeScalars.count ?? 0) + 1))"
    }
}

/// One statement, its members in the form in which they are kept.
private struct PolicyStatement {
    var name: String?
    private var members: [(name: String, value: JSONTree)] = []

    init(_ tree: JSONTree, _ syntaxError: WireError) throws(WireError) {
        guard case .object(let found) = tree else { throw syntaxError }
        func member(_ name: String) -> JSONTree? { found.first { $0.name == name }?.value }
        let pairs = ["Principal", "Action", "Resource"]
        let known = ["Sid", "Effect", "Condition"] + pairs + pairs.map { "Not" + $0 }
        guard found.allSatisfy({ known.contains($0.name) }) else { throw syntaxError }

        if let value = member("Sid") {
            guard let text = value.string else { throw syntaxError }
            name = text
            members.append(("Sid", value))
        }
        guard let effect = member("Effect") else { throw Self.missing("Effect") }
        let allows: Bool
        switch effect.string?.lowercased() {
        case "allow": allows = true
        case "deny": allows = false
        default: throw syntaxError
        }
        members.append(("Effect", .string(allows ? "Allow" : "Deny")))
        let condition = member("Condition")
        for name in pairs {
            let found: (name: String, value: JSONTree)
            switch (member(name), member("Not" + name)) {
            case (let value?, nil): found = (name, value)
            case (nil, let value?): found = ("Not" + name, value)
            case (nil, nil): throw Self.missing(name)
            case (_?, _?): throw syntaxError
            }
            guard name == "Principal" else {
                guard let value = found.value.oneOrMany() else { throw syntaxError }
                members.append((found.name, value))
                continue
            }
            guard let (value, isEveryone) = Self.principal(found.value) else { throw syntaxError }
            if allows, isEveryone, condition == nil, found.name == name {
                throw .validation(
                    "Resource-based policy grants unbounded access in one or more elements. Please "
                        + "revise the policy to ensure least-privilege form of access")
            }
            members.append((found.name, value))
        }
        if let condition {
            guard case .object = condition else { throw syntaxError }
            members.append(("Condition", condition))
        }
    }

    func write(to writer: inout JSONWriter) { JSONTree.object(members).write(to: &writer) }

    private static func missing(_ name: String) -> WireError {
        PolicyDocument.invalid("Missing required field \(name)")
    }

    /// Principals as they are kept, and whether they are everyone; nil for what names none.
    private static func principal(_ tree: JSONTree) -> (JSONTree, isEveryone: Bool)? {
        switch tree {
        case .string("*"): return (tree, true)
        case .object(let kinds) where !kinds.isEmpty:
            var isEveryone = false
            var kept: [(name: String, value: JSONTree)] = []
            for (kind, value) in kinds {
                guard ["AWS", "Service", "Federated", "CanonicalUser"].contains(kind),
                    let value = value.oneOrMany(
                        isSet: true, { kind == "AWS" ? principalARN($0) : $0 })
                else { return nil }
                if kind == "AWS" { isEveryone = isEveryone || value.names("*") }
                kept.append((kind, value))
            }
            return (.object(kept), isEveryone)
        default: return nil
        }
    }

    private static func principalARN(_ name: String) -> String {
        let isAccount = name.utf8.count == 12 && name.utf8.allSatisfy { (48...57).contains($0) }
        return isAccount ? "arn:aws:iam::\(name):root" : name
    }
}

extension JSONTree {
    /// A string, or a list of strings, of which one alone needs no list; nil for anything else.
    /// - Parameter isSet: whether repeated strings count once.
    fileprivate func oneOrMany(
        isSet: Bool = false, _ transform: (String) -> String = { $0 }
    ) -> JSONTree? {
        switch self {
        case .string(let text): return .string(transform(text))
        case .array(let elements) where !elements.isEmpty:
            var texts: [String] = []
            for element in elements {
                guard let text = element.string.map(transform) else { return nil }
                if !isSet || !texts.contains(text) { texts.append(text) }
            }
            return texts.count == 1 ? .string(texts[0]) : .array(texts.map(JSONTree.string))
        default: return nil
        }
    }

    /// Whether it is this string, or a list that has it.
    fileprivate func names(_ text: String) -> Bool {
        if case .array(let elements) = self { return elements.contains { $0.string == text } }
        return string == text
    }
}
