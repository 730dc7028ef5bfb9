// swift-tools-version: 6.0
import PackageDescription

let package = Package(
    name: "Bench",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "KernelClient", path: "../../../bindings-swift")],
    targets: [
        .executableTarget(name: "Bench", dependencies: [.product(name: "KernelClient", package: "KernelClient")]),
        .executableTarget(name: "Empty"),
        .executableTarget(
            name: "Training",
            dependencies: [
                .product(name: "KernelClient", package: "KernelClient"),
                .product(name: "KernelClientTesting", package: "KernelClient"),
            ]
        ),
    ]
)
