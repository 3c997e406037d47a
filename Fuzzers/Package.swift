// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that nothing here reaches the library's users. Its sources are those of
// the project (Sources is a link), with the dependencies that ../Package.swift gives them, compiled a
// second time: with libFuzzer's counters and the address sanitizer in them, which makes them several
// times larger and slower.
let sanitizers = "-sanitize=address,fuzzer"

let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
    .unsafeFlags([sanitizers, "-parse-as-library", "-assert-config", "Debug"]),
]

let cSettings: [CSetting] = [.unsafeFlags(["-fsanitize=address,fuzzer-no-link"])]

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

func cModule(_ name: String, linking libraries: [String] = []) -> Target {
    .target(
        name: name, cSettings: cSettings, linkerSettings: libraries.map { .linkedLibrary($0) })
}

let package = Package(
    name: "martlet-fuzzers",
    targets: [
        module("MartletThreads"),
        module("MartletModel"),
        cModule("CMartletChecksum"),
        module("MartletEncoding", ["MartletModel", "CMartletChecksum"]),
        module("MartletExpressions", ["MartletThreads", "MartletModel"]),
        module("MartletPartiQL", ["MartletModel", "MartletExpressions"]),
        cModule("CVectorKernels"),
        module("MartletVectors", ["MartletThreads", "CMartletChecksum", "CVectorKernels"]),
        module("MartletKeyValue", ["MartletThreads"]),
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
        cModule("COpenSSL", linking: ["crypto"]),
        module("MartletSigV4", ["COpenSSL"]),
        module(
            "MartletWire",
            [
                "MartletModel", "MartletEncoding", "MartletExpressions", "MartletVectors",
                "MartletCatalog", "MartletEngine",
            ]),
        cModule("CTransferShim", linking: ["zstd", "z"]),
        module(
            "MartletTransfer",
            [
                "MartletThreads", "MartletModel", "MartletEncoding", "MartletExpressions",
                "MartletCatalog", "MartletEngine", "MartletWire", "CTransferShim",
            ]),
        module("MartletTestBasics"),
        module(
            "MartletFuzzing",
            [
                "MartletModel", "MartletEncoding", "MartletExpressions", "MartletPartiQL",
                "MartletVectors", "MartletCatalog", "MartletIndexes", "MartletSigV4",
                "MartletWire", "MartletTransfer", "MartletTestBasics",
            ]),
        .target(name: "CAllocations", path: "CAllocations"),
        .executableTarget(
            name: "martlet-fuzz",
            dependencies: ["MartletFuzzing", "MartletTestBasics", "CAllocations"],
            path: "Runner",
            swiftSettings: swiftSettings + [.enableExperimentalFeature("Extern")],
            // Other linkers stumble over what the sanitizers leave in the debugging information.
            linkerSettings: [.unsafeFlags([sanitizers, "-use-ld=lld"])]),
    ],
    cxxLanguageStandard: .cxx17
)
