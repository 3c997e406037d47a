// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that nothing that a benchmark needs reaches the library's users.
let package = Package(
    name: "store-driver",
    dependencies: [.package(name: "martlet", path: "../../..")],
    targets: [
        .executableTarget(
            name: "StoreDriver",
            dependencies: [
                .product(name: "MartletClient", package: "martlet"),
                .product(name: "MartletStores", package: "martlet"),
            ],
            swiftSettings: [
                .swiftLanguageMode(.v6),
                .enableUpcomingFeature("InternalImportsByDefault"),
                .enableUpcomingFeature("MemberImportVisibility"),
                .enableUpcomingFeature("ExistentialAny"),
            ])
    ]
)
