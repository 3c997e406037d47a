// One request and its answer, however they travel. Tests put other transports in the place of the
// network.

package struct HTTPAnswer: Sendable {
    package var status: Int
    /// Lines as received.
    package var headers: String
    package var body: [UInt8]

    package init(status: Int, headers: String = "", body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The value of the first header of this name.
    package func header(_ name: String) -> String? {
        for line in headers.utf8.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")),
                line[..<colon].map(lowercase).elementsEqual(name.utf8.map(lowercase))
            else { continue }
            let value = line[line.index(after: colon)...].drop { $0 == 0x20 || $0 == 0x09 }
            return String(decoding: value, as: UTF8.self)
        }
        return nil
    }
}

private func lowercase(_ byte: UInt8) -> UInt8 {
    (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
}

/// Sends POST requests to one URL. Called from any thread, also from several at once; blocks.
package protocol HTTPTransport: Sendable {
    func post(
        headers: [(name: String, value: String)], body: [UInt8]
    ) throws(TransportError) -> HTTPAnswer
}
