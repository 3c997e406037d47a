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

/// The tests of one module, under Tests/<module>Tests/, with what they import beside it. Data files
/// that they read by path are named, so that the build leaves them alone.
func tests(
    _ module: String, _ others: [Target.Dependency] = [], data: [String] = []
) -> Target {
    .testTarget(
        name: module + "Tests",
        dependencies: [.target(name: module)] + others,
        exclude: data,
        swiftSettings: swiftSettings)
}

// The library for Python is a shared one, into which RocksDB's archive cannot go: it is linked with
// RocksDB's shared library, which the wheel brings along. `make wheel` says so here.
let isForPython = Context.environment["MARTLET_FOR_PYTHON"] != nil

// Imports go down only: a target may name those listed before it, and names each that it imports.
// docs/ARCHITECTURE.md has the picture and the reasons.
let package = Package(
    name: "martlet",
    products: [
        .library(name: "Martlet", targets: ["Martlet"]),
        .library(name: "MartletVectors", targets: ["MartletVectors"]),
        .library(name: "MartletClient", targets: ["MartletClient"]),
        .library(name: "MartletStores", targets: ["MartletStores"]),
        .executable(name: "martlet", targets: ["MartletCLI"]),
        .executable(name: "martlet-simulate", targets: ["MartletSimulate"]),
    ]
        + (isForPython
            ? [.library(name: "MartletC", type: .dynamic, targets: ["MartletCAPI"])] : []),
    targets: [
        // Locks and semaphores.
        module("MartletThreads"),

        // What DynamoDB's data is, and how it is written as bytes.
        module("MartletModel"),
        .target(name: "CMartletChecksum"),
        module("MartletEncoding", ["MartletModel", "CMartletChecksum"]),
        module("MartletExpressions", ["MartletThreads", "MartletModel"]),
        module("MartletPartiQL", ["MartletModel", "MartletExpressions"]),

        // Nearest neighbours, a library of its own.
        .target(name: "CVectorKernels"),
        module("MartletVectors", ["MartletThreads", "CMartletChecksum", "CVectorKernels"]),

        // Where bytes are kept.
        module("MartletKeyValue", ["MartletThreads"]),
        .target(
            name: "CRocksDBShim",
            cxxSettings: [.define("NDEBUG", to: "1")],
            linkerSettings: [
                // The static archive, so that the program is one file; its own needs follow.
                .linkedLibrary(isForPython ? "rocksdb" : ":librocksdb.a"),
                .linkedLibrary("snappy"), .linkedLibrary("lz4"), .linkedLibrary("zstd"),
                .linkedLibrary("bz2"), .linkedLibrary("z"), .linkedLibrary("dl"),
            ]),
        module("MartletRocksDBStore", ["MartletKeyValue", "CRocksDBShim"]),
        .target(name: "COpenSSL", linkerSettings: [.linkedLibrary("crypto")]),
        module(
            "MartletSealing",
            ["COpenSSL", "MartletThreads", "MartletVectors", "MartletKeyValue"]),

        // The database.
        module("MartletCatalog", ["MartletModel", "MartletEncoding", "MartletVectors"]),
        module(
            "MartletIndexes",
            ["MartletModel", "MartletEncoding", "MartletVectors", "MartletCatalog"]),
        module(
            "MartletEngine",
            [
                "MartletThreads", "MartletModel", "MartletEncoding", "MartletExpressions",
                "MartletPartiQL",
                "MartletVectors", "MartletKeyValue", "MartletCatalog", "MartletIndexes",
            ]),
        // The client of any DynamoDB.
        module("MartletSigV4", ["COpenSSL"]),
        module(
            "MartletWire",
            [
                "MartletModel", "MartletEncoding", "MartletExpressions", "MartletVectors",
                "MartletCatalog", "MartletEngine",
            ]),
        // Opened when a client first calls, and not linked: see CCurlShim.h.
        .target(name: "CCurlShim", linkerSettings: [.linkedLibrary("dl")]),
        module(
            "MartletClient",
            ["MartletThreads", "MartletModel", "MartletSigV4", "MartletWire", "CCurlShim"]),
        // Sealed records as the items of a table.
        module(
            "MartletSealedTables",
            [
                "MartletThreads", "MartletModel", "MartletKeyValue", "MartletSealing",
                "MartletClient",
            ]),
        .target(
            name: "CTransferShim",
            linkerSettings: [.linkedLibrary("zstd"), .linkedLibrary("z")]),
        module(
            "MartletTransfer",
            [
                "MartletThreads", "MartletModel", "MartletEncoding", "MartletExpressions",
                "MartletCatalog",
                "MartletEngine", "MartletWire", "CTransferShim",
            ]),

        // The database, embedded.
        module(
            "Martlet",
            [
                "MartletThreads", "MartletModel", "MartletEncoding", "MartletExpressions",
                "MartletVectors", "MartletKeyValue", "MartletRocksDBStore", "MartletSealing",
                "MartletCatalog", "MartletIndexes", "MartletEngine", "MartletClient",
                "MartletSealedTables", "MartletTransfer",
            ]),

        // The server.
        module("MartletStores", ["MartletModel", "MartletClient"]),
        .target(
            name: "CHTTPShim",
            linkerSettings: [.linkedLibrary("microhttpd"), .linkedLibrary("deflate")]),
        module(
            "MartletServer",
            [
                "MartletThreads", "MartletCatalog", "MartletKeyValue", "MartletEngine", "Martlet",
                "MartletSigV4", "MartletWire",
                "MartletTransfer", "CHTTPShim",
            ]),

        // C functions, for Python's extension (python/).
        .target(name: "CMartletAPI"),
        module(
            "MartletCAPI",
            [
                "CMartletAPI", "MartletVectors", "MartletEngine", "MartletClient", "Martlet",
                "MartletServer",
            ]),

        .target(name: "CMartletProcess"),
        .executableTarget(
            name: "MartletCLI",
            dependencies: [
                "MartletModel", "MartletKeyValue", "MartletCatalog", "MartletEngine", "Martlet",
                "MartletSigV4", "MartletWire", "MartletTransfer", "MartletServer", "MartletClient",
                "CMartletProcess",
            ],
            swiftSettings: swiftSettings),

        // Tests.
        module("MartletTestBasics"),
        module(
            "MartletTestSupport",
            [
                "MartletThreads", "MartletModel", "MartletEncoding", "MartletExpressions",
                "MartletKeyValue",
                "MartletCatalog", "MartletEngine",
            ]),
        module(
            "MartletSimulation",
            [
                "MartletModel", "MartletEncoding", "MartletKeyValue", "MartletCatalog",
                "MartletEngine", "MartletTestBasics", "MartletTestSupport",
            ]),
        .executableTarget(
            name: "MartletSimulate", dependencies: ["MartletSimulation"],
            swiftSettings: swiftSettings),
        // What parsers promise about any bytes: for the tests, and for libFuzzer (Fuzzers/).
        module(
            "MartletFuzzing",
            [
                "MartletModel", "MartletEncoding", "MartletExpressions", "MartletPartiQL",
                "MartletVectors", "MartletCatalog", "MartletIndexes", "MartletSigV4",
                "MartletWire", "MartletTransfer", "MartletTestBasics",
            ]),
        tests("MartletFuzzing", ["MartletTestBasics"], data: ["Found"]),
        tests("MartletModel", ["MartletTestBasics"]),
        tests("MartletEncoding", ["MartletModel", "MartletTestBasics"], data: ["Golden"]),
        tests("MartletExpressions", ["MartletModel", "MartletTestBasics"], data: ["Cases"]),
        tests("MartletPartiQL", ["MartletModel", "MartletExpressions", "MartletTestBasics"]),
        tests("MartletVectors", ["MartletThreads", "CVectorKernels", "MartletTestBasics"]),
        tests("MartletKeyValue", ["MartletThreads", "MartletTestBasics"]),
        tests("MartletRocksDBStore", ["MartletKeyValue", "MartletTestBasics"]),
        tests(
            "MartletSealing",
            ["COpenSSL", "MartletVectors", "MartletKeyValue", "MartletTestBasics"],
            data: ["Golden"]),
        tests(
            "MartletCatalog",
            ["MartletModel", "MartletEncoding", "MartletVectors", "MartletTestBasics"]),
        tests(
            "MartletEngine",
            [
                "MartletThreads", "MartletModel", "MartletEncoding", "MartletExpressions",
                "MartletPartiQL",
                "MartletVectors", "MartletKeyValue", "MartletCatalog", "MartletTestBasics",
                "MartletTestSupport",
            ]),
        tests(
            "MartletSealedTables",
            [
                "MartletModel", "MartletKeyValue", "MartletSealing", "MartletEngine",
                "MartletServer", "MartletClient", "MartletTestBasics",
            ]),
        tests(
            "Martlet",
            [
                "MartletThreads", "MartletModel", "MartletCatalog", "MartletEngine",
                "MartletKeyValue", "MartletServer", "MartletClient", "MartletTestBasics",
                "MartletTestSupport",
            ]),
        tests("MartletSimulation", ["MartletKeyValue"]),
        tests("MartletSigV4"),
        tests(
            "MartletWire",
            [
                "MartletModel", "MartletEncoding", "MartletExpressions", "MartletKeyValue",
                "MartletCatalog", "MartletEngine",
            ]),
        tests(
            "MartletTransfer",
            [
                "MartletModel", "MartletKeyValue", "MartletCatalog", "MartletEngine",
                "MartletTestBasics", "MartletTestSupport", "CTransferShim",
            ]),
        tests(
            "MartletServer",
            [
                "MartletThreads", "MartletModel", "MartletCatalog", "MartletKeyValue",
                "MartletEngine",
                "MartletSigV4", "MartletWire",
            ]),
        tests(
            "MartletClient",
            [
                "MartletModel", "MartletKeyValue", "MartletEngine", "MartletSigV4",
                "MartletServer",
            ]),
        tests(
            "MartletStores",
            [
                "MartletModel", "MartletKeyValue", "MartletEngine", "MartletServer",
                "MartletClient",
            ]),
        tests(
            "MartletCLI",
            [
                "MartletModel", "MartletKeyValue", "MartletCatalog", "MartletEngine",
                "MartletWire", "MartletServer", "MartletClient",
            ]),
    ],
    cxxLanguageStandard: .cxx17
)
