// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that nothing that a benchmark needs reaches the library's users.
let package = Package(
    name: "vector-driver",
    dependencies: [.package(name: "martlet", path: "../../..")],
    targets: [
        .target(name: "CMalloc"),
        .executableTarget(
            name: "VectorDriver",
            dependencies: ["CMalloc", .product(name: "MartletVectors", package: "martlet")],
            swiftSettings: [
                .swiftLanguageMode(.v6),
                .enableUpcomingFeature("InternalImportsByDefault"),
                .enableUpcomingFeature("MemberImportVisibility"),
                .enableUpcomingFeature("ExistentialAny"),
            ]),
    ]
)
