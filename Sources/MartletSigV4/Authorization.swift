// A request's claim: the parts of a signature, from the Authorization header or from the query of
// a presigned request. Reading it makes the checks that need no key, with AWS's errors in AWS's
// order: both places; no place; parts missing.

struct Authorization {
    enum Form { case header, query }

    var form: Form
    var algorithm: SignedBytes
    var credential: SignedBytes
    var signedHeaders: SignedBytes
    var signature: SignedBytes
    /// As sent, in whatever format.
    var date: SignedBytes
    var securityToken: SignedBytes?
    /// Of a presigned request only.
    var expires: SignedBytes?

    /// - Parameter decoded: keeps the decoded query alive; the parts of a presigned request point
    ///   into it.
    init(_ request: SignedRequest, decoded: inout DecodedQuery) throws(SigV4Failure) {
        if let query = request.query { decoded.decode(query) }
        let algorithm = decoded.first(named: "X-Amz-Algorithm")
        switch (request.header("Authorization"), algorithm) {
        case (.some, .some):
            throw .invalidSignature(
                "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP "
                    + "header.")
        case (let header?, nil):
            try self.init(header: header, request)
        case (nil, let algorithm?):
            try self.init(algorithm: algorithm, decoded)
        case (nil, nil):
            throw .missingAuthenticationToken
        }
    }

    private init(header: SignedBytes, _ request: SignedRequest) throws(SigV4Failure) {
        guard header.count >= 5, SignedBytes(rebasing: header[..<5]).equals("AWS4-") else {
            throw .missingAuthenticationToken
        }
        var separators = Separators(header)
        let end = separators.next(from: 0)
        var credential: SignedBytes?
        var signature: SignedBytes?
        var signedHeaders: SignedBytes?
        var index = end
        while index < header.count {
            let start = index
            let pieceEnd = separators.next(from: start)
            index = pieceEnd + 1
            if pieceEnd == start { continue }
            let piece = SignedBytes(rebasing: header[start..<pieceEnd])
            guard let equals = piece.position(of: 0x3D, from: 0) else {
                throw .incompleteSignature(
                    "'\(piece.text)' not a valid key=value pair (missing equal-sign) in "
                        + "Authorization header: '\(header.text)'.")
            }
            let name = SignedBytes(rebasing: piece[..<equals])
            let value = SignedBytes(rebasing: piece[(equals + 1)...])
            if name.equals("Credential") {
                credential = value
            } else if name.equals("SignedHeaders") {
                signedHeaders = value
            } else if name.equals("Signature") {
                signature = value
            }
        }
        let date = request.header("X-Amz-Date") ?? request.header("Date")
        guard let credential, !credential.isEmpty, let signature, !signature.isEmpty,
            let signedHeaders, !signedHeaders.isEmpty, let date
        else {
            var text = ""
            for (name, value) in [
                ("Credential", credential), ("Signature", signature),
                ("SignedHeaders", signedHeaders),
            ] where value?.isEmpty ?? true {
                text += "Authorization header requires '\(name)' parameter. "
            }
            if date == nil {
                text += "Authorization header requires existence of either a 'X-Amz-Date' or a "
                text += "'Date' header. "
            }
            throw .incompleteSignature(text + "Authorization=\(header.text)")
        }
        form = .header
        algorithm = SignedBytes(rebasing: header[..<end])
        self.credential = credential
        self.signature = signature
        self.signedHeaders = signedHeaders
        self.date = date
        securityToken = request.header("X-Amz-Security-Token")
    }

    private init(algorithm: SignedBytes, _ query: borrowing DecodedQuery) throws(SigV4Failure) {
        let credential = query.first(named: "X-Amz-Credential")
        let signature = query.first(named: "X-Amz-Signature")
        let signedHeaders = query.first(named: "X-Amz-SignedHeaders")
        let date = query.first(named: "X-Amz-Date")
        guard !algorithm.isEmpty, let credential, !credential.isEmpty, let signature,
            !signature.isEmpty, let signedHeaders, !signedHeaders.isEmpty, let date, !date.isEmpty
        else {
            var text = ""
            for (name, value) in [
                ("Algorithm", algorithm), ("Credential", credential), ("Signature", signature),
                ("SignedHeaders", signedHeaders), ("Date", date),
            ] where value?.isEmpty ?? true {
                text += "AWS query-string parameters must include 'X-Amz-\(name)'. "
            }
            throw .incompleteSignature(text + "Re-examine the query-string parameters.")
        }
        form = .query
        self.algorithm = algorithm
        self.credential = credential
        self.signature = signature
        self.signedHeaders = signedHeaders
        self.date = date
        securityToken = query.first(named: "X-Amz-Security-Token")
        expires = query.first(named: "X-Amz-Expires")
    }
}

/// Finds spaces and commas from left to right, a vector at a time: each byte is looked at once for
/// each of the two, whatever a client sends.
private struct Separators {
    private let text: SignedBytes
    private var space: Int
    private var comma: Int

    init(_ text: SignedBytes) {
        self.text = text
        space = text.position(of: 0x20, from: 0) ?? text.count
        comma = text.position(of: 0x2C, from: 0) ?? text.count
    }

    /// The first at or after `index`, which never goes back; the text's end if there is none.
    mutating func next(from index: Int) -> Int {
        if space < index { space = text.position(of: 0x20, from: index) ?? text.count }
        if comma < index { comma = text.position(of: 0x2C, from: index) ?? text.count }
        return min(space, comma)
    }
}

/// The parameters of a query, decoded. Owns its bytes.
struct DecodedQuery: ~Copyable {
    struct Parameter {
        var name: SignedBytes
        var value: SignedBytes
    }

    private(set) var parameters: [Parameter] = []

    init() {}

    deinit {
        for parameter in parameters {
            parameter.name.deallocate()
            parameter.value.deallocate()
        }
    }

    mutating func decode(_ query: SignedBytes) {
        query.forEachPiece(separatedBy: 0x26) { piece in
            guard !piece.isEmpty else { return }
            let equals = piece.firstIndex(of: 0x3D) ?? piece.count
            parameters.append(
                Parameter(
                    name: copied(SignedBytes(rebasing: piece[..<equals])),
                    value: copied(SignedBytes(rebasing: piece[min(equals + 1, piece.count)...]))))
        }
    }

    func first(named name: StaticString) -> SignedBytes? {
        parameters.first { $0.name.equals(name) }?.value
    }
}

private func copied(_ encoded: SignedBytes) -> SignedBytes {
    let decoded = percentDecoded(encoded)
    let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: decoded.count)
    _ = copy.initialize(from: decoded)
    return SignedBytes(copy)
}
