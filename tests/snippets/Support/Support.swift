// What the snippets of the documentation find around them.

import AuthenticationServices
@_exported import Foundation
import KernelClient
import KernelClientTesting

/// Runs a snippet where `ma_123` signs in by this script, and where `try Kernel()` leads.
@MainActor
public func inWorld(_ script: String, _ snippet: @MainActor () async throws -> Void) async throws {
    let simulator = try await KernelSimulator.start()
    try await simulator.withWorld(connections: ["ma_123": script]) { world in
        // Snippets run one after another.
        setenv("KERNEL_BASE_URL", world.baseURL, 1)
        setenv("KERNEL_API_KEY", "sk_test", 1)
        defer {
            unsetenv("KERNEL_BASE_URL")
            unsetenv("KERNEL_API_KEY")
        }
        try await snippet()
    }
}

public var client: Kernel {
    do { return try Kernel() } catch { fatalError("\(error)") }
}

// What the comments of the sources speak of.

public var id: String { "ma_123" }
public var code: Secret { "code" }
public var login: LoginResponse { fatalError("compiled only") }
@MainActor public var form: LoginForm { LoginForm(id: id, handoffCode: code) }
@MainActor public var window: ASPresentationAnchor { ASPresentationAnchor() }
@MainActor public var accounts: [String] = []
