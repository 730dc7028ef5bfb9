// swift-tools-version: 6.0
import Foundation
import PackageDescription

// The Rust library comes in two forms. On Apple platforms it is an XCFramework: the one built beside this file, or
// the released one. Elsewhere it is a static library whose folder is given to the linker; README.md says how.

// Both are written by a release; there has been none yet.
let released = (
    url: "https://github.com/kernel-client/kernel-client/releases/download/v0.1.0/KernelClientFFI.xcframework.zip",
    checksum: "0000000000000000000000000000000000000000000000000000000000000000"
)
let framework = "KernelClientFFI.xcframework"

#if os(Linux)
    // Lets a machine without Xcode check the other half: `swift package dump-package`.
    let isApple = ProcessInfo.processInfo.environment["KERNEL_CLIENT_MANIFEST"] == "apple"
#else
    let isApple = true
#endif

let library: Target
if !isApple {
    library = .systemLibrary(name: "KernelClientFFI")
} else if FileManager.default.fileExists(atPath: "\(Context.packageDirectory)/\(framework)") {
    library = .binaryTarget(name: "KernelClientFFI", path: framework)
} else {
    library = .binaryTarget(name: "KernelClientFFI", url: released.url, checksum: released.checksum)
}

let package = Package(
    name: "KernelClient",
    platforms: [.iOS(.v15), .macOS(.v12), .tvOS(.v15), .watchOS(.v8), .visionOS(.v1)],
    products: [
        .library(name: "KernelClient", targets: ["KernelClient"]),
        .library(name: "KernelClientTesting", targets: ["KernelClientTesting"]),
    ],
    targets: [
        library,
        .target(
            name: "KernelClient",
            dependencies: ["KernelClientFFI"],
            linkerSettings: [
                // What the Rust library uses of the system: the trust store, the proxy settings.
                .linkedFramework("CoreFoundation", .when(platforms: applePlatforms)),
                .linkedFramework("Security", .when(platforms: applePlatforms)),
                .linkedFramework("SystemConfiguration", .when(platforms: [.iOS, .macOS, .tvOS, .visionOS])),
            ]
        ),
        .target(name: "KernelClientTesting", dependencies: ["KernelClient"]),
        .executableTarget(name: "Login", dependencies: ["KernelClient"], path: "Examples/Login"),
        .executableTarget(name: "SignIn", dependencies: ["KernelClient"], path: "Examples/SignIn"),
        .testTarget(name: "KernelClientTests", dependencies: ["KernelClient", "KernelClientTesting"]),
    ],
    swiftLanguageModes: [.v6]
)

var applePlatforms: [Platform] { [.iOS, .macOS, .tvOS, .watchOS, .visionOS] }
