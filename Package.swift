// swift-tools-version: 6.2
import PackageDescription

// In CI a warning is an error; at home it is only a warning.
let strictness: [SwiftSetting] =
    Context.environment["CI"] == nil ? [] : [.treatAllWarnings(as: .error)]

let swiftSettings: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("ExistentialAny"),
    ] + strictness

/// A Swift target under Sources/, named as its module.
func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

/// The tests of one module, under Tests/<module>Tests/. Data files that they read by path are
/// named, so that the build leaves them alone.
func tests(
    _ module: String, _ others: [Target.Dependency] = [], data: [String] = []
) -> Target {
    .testTarget(
        name: module + "Tests",
        dependencies: [.target(name: module)] + others,
        exclude: data,
        swiftSettings: swiftSettings)
}

// Imports go down only: a target may name those listed before it. docs/ARCHITECTURE.md has the
// picture and the reasons.
let package = Package(
    name: "martlet",
    products: [
        .library(name: "Martlet", targets: ["Martlet"]),
        .executable(name: "martlet", targets: ["MartletCLI"]),
    ],
    targets: [
        // What DynamoDB's data is, and how it is written as bytes.
        module("MartletModel"),
        .target(name: "CMartletChecksum"),
        module("MartletEncoding", ["MartletModel", "CMartletChecksum"]),
        module("MartletExpressions", ["MartletModel"]),

        // Where bytes are kept.
        module("MartletKeyValue"),
        .target(
            name: "CRocksDBShim",
            cxxSettings: [.define("NDEBUG", to: "1")],
            linkerSettings: [
                // The static archive, so that the program is one file; its own needs follow.
                .linkedLibrary(":librocksdb.a"),
                .linkedLibrary("snappy"), .linkedLibrary("lz4"), .linkedLibrary("zstd"),
                .linkedLibrary("bz2"), .linkedLibrary("z"), .linkedLibrary("dl"),
            ]),
        module("MartletRocksDBStore", ["MartletKeyValue", "CRocksDBShim"]),

        // The database.
        module("MartletCatalog", ["MartletModel", "MartletEncoding", "MartletKeyValue"]),
        module("MartletIndexes", ["MartletCatalog"]),
        module("MartletEngine", ["MartletIndexes", "MartletExpressions"]),
        module("Martlet", ["MartletEngine", "MartletRocksDBStore"]),

        // The server.
        .target(name: "COpenSSL", linkerSettings: [.linkedLibrary("crypto")]),
        module("MartletSigV4", ["COpenSSL"]),
        module("MartletWire", ["MartletEngine"]),
        .target(
            name: "CHTTPShim",
            linkerSettings: [.linkedLibrary("microhttpd"), .linkedLibrary("deflate")]),
        module("MartletServer", ["MartletWire", "MartletSigV4", "CHTTPShim"]),
        .target(name: "CMartletProcess"),
        .executableTarget(
            name: "MartletCLI", dependencies: ["MartletServer", "Martlet", "CMartletProcess"],
            swiftSettings: swiftSettings),

        // Tests.
        module("MartletTestSupport", ["MartletEngine"]),
        tests("MartletModel"),
        tests("MartletEncoding", data: ["Golden"]),
        tests("MartletExpressions", data: ["Cases"]),
        tests("MartletKeyValue"),
        tests("MartletRocksDBStore"),
        tests("MartletCatalog"),
        tests("MartletEngine", ["MartletTestSupport"]),
        tests("Martlet", ["MartletTestSupport"]),
        tests("MartletSigV4"),
        tests("MartletWire", ["MartletTestSupport"]),
        tests("MartletServer", ["MartletTestSupport"]),
        tests("MartletCLI"),
    ],
    cxxLanguageStandard: .cxx17
)
