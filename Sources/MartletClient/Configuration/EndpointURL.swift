// An endpoint: http or https, a host, perhaps a port and a path. No user, query or fragment.

/// The parts of an endpoint that a request is made of.
struct EndpointURL: Sendable, Equatable {
    /// With a path, as it is asked for.
    var url: String
    /// What the Host header says: without the port that the scheme has anyway.
    var host: String
    /// The host without any port; an address of IPv6 in its brackets.
    var hostName: String
    /// From its first slash.
    var path: String

    init?(_ text: String) {
        guard let end = text.range(of: "://") else { return nil }
        let scheme = text[..<end.lowerBound].lowercased()
        guard scheme == "http" || scheme == "https" else { return nil }
        let rest = text[end.upperBound...]
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        let authority = rest[..<slash]
        guard !authority.isEmpty, !rest.contains(where: { "@?# ".contains($0) }),
            rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return nil }
        path = slash == rest.endIndex ? "/" : String(rest[slash...])
        let bracket = authority.lastIndex(of: "]") ?? authority.startIndex
        if let colon = authority[bracket...].lastIndex(of: ":") {
            guard let port = UInt16(authority[authority.index(after: colon)...]), port > 0 else {
                return nil
            }
            hostName = String(authority[..<colon])
            host = port == (scheme == "http" ? 80 : 443) ? hostName : "\(hostName):\(port)"
        } else {
            hostName = String(authority)
            host = hostName
        }
        guard !hostName.isEmpty else { return nil }
        url = "\(scheme)://\(authority)\(path)"
    }
}

extension String {
    /// Where `part` first stands.
    fileprivate func range(of part: String) -> Range<String.Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(part) {
                return start..<index(start, offsetBy: part.count)
            }
            start = index(after: start)
        }
        return nil
    }
}
