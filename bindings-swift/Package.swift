// swift-tools-version: 6.0
import Foundation
import PackageDescription

// The Rust library comes in one of three forms: on Apple platforms as an XCFramework, the one beside this file or else
// the released one; on Linux as the artifact bundle beside this file, where there is one and SwiftPM takes it; and
// otherwise as a static library, whose folder is given to the linker. README.md says how.

// Scripts/xcframework.sh writes both for a release. There has been none yet.
// swift-format-ignore
let released = (
    url: "https://github.com/kernel-client/kernel-client/releases/download/swift-v0.1.0/KernelClientFFI.xcframework.zip",
    checksum: "0000000000000000000000000000000000000000000000000000000000000000"
)
let module = "KernelClientFFI"
let framework = "\(module).xcframework"
let bundle = "\(module).artifactbundle"

#if os(Linux)
    // Lets a machine without Xcode check the other half: `swift package dump-package`.
    let isApple = ProcessInfo.processInfo.environment["KERNEL_CLIENT_MANIFEST"] == "apple"
#else
    let isApple = true
#endif

#if compiler(>=6.2)
    let takesStaticLibraries = true
#else
    let takesStaticLibraries = false
#endif

func isHere(_ folder: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(Context.packageDirectory)/\(folder)")
}

let library: Target
if isApple && isHere(framework) {
    library = .binaryTarget(name: module, path: framework)
} else if isApple {
    library = .binaryTarget(name: module, url: released.url, checksum: released.checksum)
} else if takesStaticLibraries && isHere(bundle) {
    library = .binaryTarget(name: module, path: bundle)
} else {
    library = .systemLibrary(name: module)
}

// What the library uses of an Apple system, for the privacy report that Xcode makes of an app. Elsewhere nobody reads
// it, and a resource would only add code that looks for it.
let privacy = "PrivacyInfo.xcprivacy"

// Requests by way of URLSession. On Apple platforms that is in Foundation, and this is part of the client. Elsewhere it
// comes with libcurl and thirty more libraries, for which a program that does not use it would wait at each start.
let urlSession = Target.target(
    name: "KernelClientURLSession",
    dependencies: ["KernelClient"],
    path: isApple ? nil : "Sources/KernelClient/URLSession"
)

let package = Package(
    name: "KernelClient",
    platforms: [.iOS(.v15), .macOS(.v12), .tvOS(.v15), .watchOS(.v8), .visionOS(.v1)],
    products: [
        .library(name: "KernelClient", targets: ["KernelClient"]),
        .library(name: "KernelClientTesting", targets: ["KernelClientTesting"]),
        .library(name: "KernelClientURLSession", targets: ["KernelClientURLSession"]),
    ],
    targets: [
        library,
        .target(
            name: "KernelClient",
            dependencies: [.target(name: module)],
            exclude: isApple ? [] : [privacy, "URLSession"],
            resources: isApple ? [.process(privacy)] : [],
            linkerSettings: [
                // What the Rust library uses of the system: the trust store, the proxy settings.
                .linkedFramework("CoreFoundation", .when(platforms: applePlatforms)),
                .linkedFramework("Security", .when(platforms: applePlatforms)),
                .linkedFramework("SystemConfiguration", .when(platforms: [.iOS, .macOS, .tvOS, .visionOS])),
            ]
        ),
        urlSession,
        .target(name: "KernelClientTesting", dependencies: ["KernelClient"]),
        .executableTarget(name: "Login", dependencies: ["KernelClient"], path: "Examples/Login"),
        .executableTarget(name: "SignIn", dependencies: ["KernelClient"], path: "Examples/SignIn"),
        .testTarget(name: "KernelClientTests", dependencies: ["KernelClientTesting", "KernelClientURLSession"]),
    ],
    swiftLanguageModes: [.v6]
)

var applePlatforms: [Platform] { [.iOS, .macOS, .tvOS, .watchOS, .visionOS] }
