import Foundation
import KernelClient

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// The simulator that `KERNEL_SIMULATOR` names.
struct Simulator {
    let address: String

    init() throws {
        guard let address = ProcessInfo.processInfo.environment["KERNEL_SIMULATOR"] else {
            throw Problem("start `kernel-simulator --port 0` and set KERNEL_SIMULATOR to the address it prints")
        }
        self.address = address
    }

    func open(_ world: JSONValue = [:]) async throws -> World {
        let opened = try await exchange("POST", "/_simulator/worlds", world)
        guard let id = opened["id"]?.string, let baseURL = opened["base_url"]?.string else {
            throw Problem("no world came: \(opened)")
        }
        return World(simulator: self, id: id, baseURL: baseURL, certificate: opened["ca"]?.string)
    }

    fileprivate func exchange(_ method: String, _ path: String, _ body: JSONValue? = nil) async throws -> JSONValue {
        guard let url = URL(string: address + path) else { throw Problem("\(address) is no address") }
        var request = URLRequest(url: url)
        request.httpMethod = method
        request.httpBody = body.map { Data($0.json.utf8) }
        let (data, response) = try await URLSession.shared.data(for: request)
        guard let status = (response as? HTTPURLResponse)?.statusCode, (200..<300).contains(status) else {
            throw Problem("\(method) \(path): \(String(decoding: data, as: UTF8.self))")
        }
        return data.isEmpty ? .null : try JSONValue(json: data)
    }
}

/// An API of its own, with a record of what it received.
struct World {
    fileprivate let simulator: Simulator
    fileprivate let id: String
    let baseURL: String
    let certificate: String?

    /// What it has received, once `condition` holds: `wait_requests=1`, `wait_aborted=1`, `wait_idle=1`, ...
    func record(_ condition: String = "") async throws -> JSONValue {
        try await simulator.exchange("GET", "/_simulator/worlds/\(id)?\(condition)")
    }

    func close() async throws {
        _ = try await simulator.exchange("DELETE", "/_simulator/worlds/\(id)")
    }

    func client(_ options: ClientOptions = ClientOptions()) throws -> Kernel {
        var options = options
        options.apiKey = options.apiKey ?? "sk_test"
        options.baseURL = options.baseURL ?? baseURL
        return try Kernel(options)
    }
}

/// Opens a world for the time of `body`.
func withWorld(_ spec: JSONValue = [:], _ body: (World) async throws -> Void) async throws {
    let world = try await Simulator().open(spec)
    do {
        try await body(world)
    } catch {
        try? await world.close()
        throw error
    }
    try await world.close()
}

struct Problem: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
