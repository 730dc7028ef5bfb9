import Foundation
import KernelClient

/// An API of its own: connections, a clock, faults, and a record of what it received.
public struct SimulatedWorld: Sendable {
    let simulator: KernelSimulator
    /// Names the world.
    public let id: String
    /// Where its API is.
    public let baseURL: String
    /// The authority of its certificate, as PEM, when it has one.
    public let certificate: String?

    /// What a client of this world is made of, over `options`: where it is, a key, whom to trust.
    public func clientOptions(_ options: ClientOptions = ClientOptions()) -> ClientOptions {
        var options = options
        options.apiKey = options.apiKey ?? "sk_test"
        options.baseURL = options.baseURL ?? baseURL
        if let certificate { options.rootCertificates.append(certificate) }
        return options
    }

    /// A client that is ready to use.
    public func client(_ options: ClientOptions = ClientOptions()) throws -> Kernel {
        try Kernel(clientOptions(options))
    }

    /// Moves the clock: what falls due meanwhile has happened when this returns. All times of the API go by it.
    public func advanceClock(by seconds: TimeInterval) async throws {
        try await change("clock", ["advance_ms": .integer(Int64((seconds * 1000).rounded()))])
    }

    /// Does to a connection what a person or the website would do.
    public func perform(_ action: Action, on connection: String) async throws {
        try await change("connections/\(connection)", ["do": .string(action.rawValue)])
    }

    /// What can happen to a connection. Later simulators may know more.
    public struct Action: RawRepresentable, Hashable, Sendable {
        public let rawValue: String

        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// The person did what was asked elsewhere.
        public static let act = Action(rawValue: "act")
        /// The running flow is called off.
        public static let cancel = Action(rawValue: "cancel")
        /// The website forgets that the profile is signed in.
        public static let expireSession = Action(rawValue: "expire_session")
        /// A health check takes place.
        public static let healthCheck = Action(rawValue: "health_check")
    }

    /// Gives an order by its name in the simulator's readme, such as `clock`.
    @discardableResult
    public func change(_ part: String, _ what: JSONValue) async throws -> JSONValue {
        try await simulator.exchange("POST", "/\(id)/\(part)", what)
    }

    /// What it has received, in the form that the simulator's readme describes: `requests`, `connections`, ... With a
    /// `condition`, such as `wait_requests=1`, once that holds; after 10 seconds without, it throws.
    public func record(_ condition: String = "") async throws -> JSONValue {
        try await simulator.exchange("GET", "/\(id)?\(condition)")
    }

    /// Closes it and its connections.
    public func close() async throws {
        _ = try await simulator.exchange("DELETE", "/\(id)")
    }
}
