package import MartletModel

/// Why a table cannot be changed as asked, sorted by what the service answers. The texts are
/// protocol.
package enum CatalogError: Error, Sendable, Equatable {
    case validation(String)
    case resourceNotFound(String)
    case resourceInUse(String)
    case limitExceeded(String)

    package init(_ error: ValidationError) { self = .validation(error.message) }
}
