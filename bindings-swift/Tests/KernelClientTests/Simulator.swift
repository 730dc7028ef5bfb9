import Foundation
import KernelClient
import KernelClientTesting

extension KernelSimulator {
    /// The simulator that `KERNEL_SIMULATOR` names.
    static func running() throws -> KernelSimulator {
        guard let address = ProcessInfo.processInfo.environment["KERNEL_SIMULATOR"] else {
            throw Problem("start `kernel-simulator --port 0` and set KERNEL_SIMULATOR to the address it prints")
        }
        return KernelSimulator(address: address)
    }

    /// One of the test's own, where programs can be started.
    static func started() async throws -> KernelSimulator {
        #if os(macOS) || os(Linux)
            try await start()
        #else
            try running()
        #endif
    }
}

/// Opens a world for the time of `body`.
func withWorld<Value: Sendable>(
    _ settings: [String: JSONValue] = [:], isolation: isolated (any Actor)? = #isolation,
    _ body: (SimulatedWorld) async throws -> Value
) async throws -> Value {
    try await KernelSimulator.running().withWorld(settings: settings, isolation: isolation, body)
}

struct Problem: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
