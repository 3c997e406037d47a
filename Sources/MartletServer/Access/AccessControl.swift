// Who sends a request: checked by its signature when keys are configured, and believed otherwise,
// as local tools expect.

internal import MartletCatalog
internal import MartletSigV4

/// Who sent a request, as far as anything follows from it.
struct Caller {
    /// The key, if what it may do is limited.
    var restrictedKey: AccessKey?
    /// Whose data it is to see; nil where all see the same.
    var owner: ResourceOwner?
}

struct AccessControl: Sendable {
    private let keys: [AccessKey]
    private let verifier: SigV4Verifier?
    private let separation: Separation?
    /// Whose data it is when nothing else is said.
    private let owner: ResourceOwner

    init(_ keys: [AccessKey], separation: Separation?, owner: ResourceOwner) {
        self.keys = keys
        self.separation = separation
        self.owner = owner
        verifier = keys.isEmpty ? nil : SigV4Verifier(credentials: keys.map(\.credential))
    }

    func caller(of request: SignedRequest) throws(SigV4Failure) -> Caller {
        guard let verifier else {
            guard let separation else {
                try checkSignatureForm(request)
                return Caller()
            }
            return Caller(owner: try separation.owner(unverifiedSigner(of: request), nil, owner))
        }
        let signer = try verifier.verify(request)
        let key = keys[signer.credential!]
        return Caller(
            restrictedKey: key.isUnlimited ? nil : key,
            owner: try separation?.owner(signer, key, owner))
    }
}

/// What makes data another's data.
package enum Separation: Sendable, CaseIterable {
    case regions, accounts, regionsAndAccounts

    var separatesRegions: Bool { self != .accounts }
    var separatesAccounts: Bool { self != .regions }

    /// Whose data a signer is to see. A key's account is the one that it was configured with; else
    /// its id, where that is 12 digits; else the server's own.
    func owner(
        _ signer: Signer, _ key: AccessKey?, _ own: ResourceOwner
    ) throws(SigV4Failure) -> ResourceOwner {
        var owner = own
        if separatesRegions {
            // It becomes the name of a folder.
            guard signer.region.isRegionName else {
                throw .invalidSignature(
                    "Credential should be scoped to a valid region, not '\(signer.region)'.")
            }
            owner.region = signer.region
        }
        if separatesAccounts {
            if let account = key?.account {
                owner.account = account
            } else if signer.accessKeyID.isAccountNumber {
                owner.account = signer.accessKeyID
            }
        }
        return owner
    }
}

extension String {
    /// Whether this may be a region's name: lowercase letters, digits and hyphens.
    fileprivate var isRegionName: Bool {
        (1...32).contains(utf8.count)
            && utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                    UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}
