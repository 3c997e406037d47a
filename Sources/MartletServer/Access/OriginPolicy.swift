// Which web pages may send requests. Browsers say in `Origin` where a page came from whenever it
// posts something, also to its own server; other clients say nothing. By default no page may, so
// that a page on the internet gets nothing from a database on the machine of its visitor:
//
//   * of another origin: its preflight and its request are refused;
//   * whose host's name was made to point to this machine (DNS rebinding): its origin is that name,
//     and no better for being in `Host`, too. A page that this server's own address was typed for
//     has an address or `localhost` there, which no foreign page can have.

package struct OriginPolicy: Sendable, Equatable {
    /// Origins that are allowed, such as `https://app.example.com`.
    package var origins: Set<String>
    /// Whether `*` was given: any page may.
    package var allowsAll: Bool

    /// No page but this server's own.
    package static let ownOnly = OriginPolicy(origins: [], allowsAll: false)

    /// Reads a list such as `https://a.example,http://localhost:3000`, or `*`; nil for what is none.
    package init?(_ text: String) {
        var origins: Set<String> = []
        var allowsAll = false
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let origin = String(part.drop { $0 == " " })
            if origin == "*" {
                allowsAll = true
            } else if Self.isOrigin(origin) {
                origins.insert(origin)
            } else {
                return nil
            }
        }
        self.init(origins: origins, allowsAll: allowsAll)
    }

    private init(origins: Set<String>, allowsAll: Bool) {
        self.origins = origins
        self.allowsAll = allowsAll
    }

    /// A scheme and a host, perhaps a port, no path.
    private static func isOrigin(_ text: String) -> Bool {
        let rest: Substring
        if text.hasPrefix("https://") {
            rest = text.dropFirst(8)
        } else if text.hasPrefix("http://") {
            rest = text.dropFirst(7)
        } else {
            return false
        }
        return !rest.isEmpty && rest.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
            && !rest.contains("/") && !rest.contains("*")
    }

    func allows(_ origin: HTTPBytes, host: HTTPBytes?) -> Bool {
        if allowsAll || origins.contains(String(decoding: origin, as: UTF8.self)) { return true }
        guard let host, Self.isOwnAddress(host) else { return false }
        return origin.equals("http://", then: host) || origin.equals("https://", then: host)
    }

    /// Whether a Host header is an address or `localhost`, whose meaning nobody can change.
    static func isOwnAddress(_ host: HTTPBytes) -> Bool {
        let text = String(decoding: host, as: UTF8.self)
        if text.hasPrefix("[") { return true }
        let name = text.prefix { $0 != ":" }.lowercased()
        if name == "localhost" || name.hasSuffix(".localhost") { return true }
        let fields = name.split(separator: ".", omittingEmptySubsequences: false)
        return fields.count == 4 && fields.allSatisfy { $0.utf8.count <= 3 && UInt8($0) != nil }
    }
}

extension HTTPBytes {
    fileprivate func equals(_ start: StaticString, then end: HTTPBytes) -> Bool {
        count == start.utf8CodeUnitCount + end.count
            && HTTPBytes(rebasing: self[..<start.utf8CodeUnitCount]).equals(start)
            && HTTPBytes(rebasing: self[start.utf8CodeUnitCount...]).elementsEqual(end)
    }
}
