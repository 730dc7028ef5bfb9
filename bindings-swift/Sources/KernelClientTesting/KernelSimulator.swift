import Foundation
import KernelClient

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// The Kernel API on this machine, for tests that need no account and no network: a running `kernel-simulator`.
///
/// ```swift
/// let simulator = try await KernelSimulator.start()
/// try await simulator.withWorld(connections: ["ma_alice": "mfa_code"]) { world in
///     let client = try world.client()
///     print(try await client.auth.connections.retrieve("ma_alice").status)
/// }
/// ```
///
/// One simulator serves any number of tests at once: each opens a world of its own.
public final class KernelSimulator: Sendable {
    /// Where it takes orders. Worlds have addresses of their own.
    public let address: String
    private let process: SimulatorProcess?

    /// A simulator that somebody else has started: `address` is what it printed.
    public init(address: String) {
        self.address = address
        process = nil
    }

    /// Starts the program `kernel-simulator`, which ends together with the value, or with the test process.
    ///
    /// - Parameter program: Its path. Without it: that in the environment variable `KERNEL_SIMULATOR_BINARY`, or the
    ///   one on the `PATH`.
    /// - Throws: ``SimulatorError`` when there is no such program, or it does not start.
    @available(iOS, unavailable)
    @available(tvOS, unavailable)
    @available(watchOS, unavailable)
    @available(visionOS, unavailable)
    public static func start(program: String? = nil) async throws -> KernelSimulator {
        try await KernelSimulator(SimulatorProcess(program))
    }

    private init(_ process: SimulatorProcess) async throws {
        address = try await process.address()
        self.process = process
    }

    /// The world at its main address: it has a connection for every script, `ma_password`, `ma_mfa_code`, ..., and takes
    /// as long as a person would.
    public var mainWorld: SimulatedWorld {
        SimulatedWorld(simulator: self, id: "default", baseURL: address, certificate: nil)
    }

    /// Opens a world: an API of its own, with connections, a clock and a record of what it received.
    ///
    /// - Parameters:
    ///   - connections: The connections that exist, by id, and the script that a login of each runs, such as
    ///     `password`, `mfa_code` or `fails`. Without any, those of the simulator.
    ///   - settings: Everything else that a world can be told, by its name in the simulator's readme.
    public func openWorld(
        connections: KeyValuePairs<String, String> = [:], settings: [String: JSONValue] = [:]
    ) async throws -> SimulatedWorld {
        var spec = settings
        if !connections.isEmpty {
            spec["connections"] = .array(connections.map { ["id": .string($0), "script": .string($1)] })
        }
        let opened = try await exchange("POST", "", .object(spec))
        guard let id = opened["id"]?.string, let baseURL = opened["base_url"]?.string else {
            throw SimulatorError("no world came: \(opened)")
        }
        return SimulatedWorld(simulator: self, id: id, baseURL: baseURL, certificate: opened["ca"]?.string)
    }

    /// Opens a world for as long as `body` runs; the parameters are those of ``openWorld(connections:settings:)``.
    public func withWorld<Value: Sendable>(
        connections: KeyValuePairs<String, String> = [:], settings: [String: JSONValue] = [:],
        isolation: isolated (any Actor)? = #isolation, _ body: (SimulatedWorld) async throws -> Value
    ) async throws -> Value {
        let world = try await openWorld(connections: connections, settings: settings)
        let value: Value
        do {
            value = try await body(world)
        } catch {
            try? await world.close()
            throw error
        }
        try await world.close()
        return value
    }

    /// Gives an order to the worlds, or to a part of one.
    func exchange(_ method: String, _ part: String, _ body: JSONValue? = nil) async throws -> JSONValue {
        guard let url = URL(string: "\(address)/_simulator/worlds\(part)") else {
            throw SimulatorError("\(address) is no address")
        }
        var request = URLRequest(url: url)
        request.httpMethod = method
        request.httpBody = body.map { Data($0.json.utf8) }
        // In a task of its own: on Linux, Foundation may crash when a request is cancelled.
        let (data, response) = try await Task { [request] in try await URLSession.shared.data(for: request) }.value
        guard let status = (response as? HTTPURLResponse)?.statusCode, (200..<300).contains(status) else {
            throw SimulatorError("\(method) \(url.path): \(String(decoding: data, as: UTF8.self))")
        }
        return data.isEmpty ? .null : try JSONValue(json: data)
    }
}

/// Why the simulator does not do what it was told.
public struct SimulatorError: Error, CustomStringConvertible, LocalizedError {
    public let description: String
    public var errorDescription: String? { description }

    init(_ description: String) {
        self.description = description
    }
}
