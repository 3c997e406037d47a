// Why a server did not start, each with what to do about it.

internal import Glibc

package enum HTTPServerError: Error, Sendable, Equatable {
    case portTaken(UInt16)
    case portPrivileged(UInt16)
    case addressNotLocal(String)
    case addressInvalid(String)
    case badCertificate
    /// A system call failed for another reason: its name and errno.
    case system(String, Int32)
}

extension HTTPServerError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .portTaken(let port):
            "port \(port) is already in use; stop the program that listens there, or choose "
                + "another port with --port"
        case .portPrivileged(let port):
            "port \(port) needs privileges that this process does not have; choose a port from "
                + "1024 on with --port"
        case .addressNotLocal(let address):
            "\(address) is not an address of this machine; use 127.0.0.1 for local clients only, "
                + "or 0.0.0.0 for every interface"
        case .addressInvalid(let address):
            "\(address) is not a numeric IPv4 or IPv6 address; use 127.0.0.1, 0.0.0.0, ::1 or ::"
        case .badCertificate:
            "the TLS certificate or private key cannot be used; both must be PEM, the key must "
                + "belong to the certificate and have no password"
        case .system(let call, let code):
            "\(call) failed: \(String(cString: strerror(code)))"
        }
    }
}
