// swift-tools-version: 6.0
import PackageDescription

let client = Target.Dependency.product(name: "KernelClient", package: "KernelClient")
let urlSession = Target.Dependency.product(name: "KernelClientURLSession", package: "KernelClient")
let simulator = Target.Dependency.product(name: "KernelClientTesting", package: "KernelClient")

let package = Package(
    name: "Stress",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "KernelClient", path: "../../../bindings-swift")],
    targets: [
        .executableTarget(name: "Follows", dependencies: [client]),
        .executableTarget(name: "Calls", dependencies: [client, urlSession, simulator]),
    ],
    swiftLanguageModes: [.v6]
)
